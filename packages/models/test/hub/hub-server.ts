import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as the server has seen it. */
export type Seen = {
  host: 'hub' | 'content';
  method: string;
  path: string;
  range: string | undefined;
  authorization: string | undefined;
  /** Bytes of the body that were sent. */
  sent: number;
};

/** Misbehavior of one answer. */
export type Fault =
  | { status: number; headers?: Record<string, string> }
  /** Bytes that are sent before the connection is cut. */
  | { cutAfter: number }
  /** Bytes that are sent before the server falls silent. */
  | { stallAfter: number }
  /** Another body in place of the file. */
  | { body: Uint8Array };

/** A model that the server has. */
export type ServedModel = { commit: string; files: Map<string, Uint8Array>; token?: string };

/** Files from this size on are in large storage, on another host, as weights are on the real hub. */
const LARGE = 10_000;

/** A small server with the routes of a hub, and its content host at another port. */
export class HubServer {
  readonly models = new Map<string, ServedModel>();
  readonly seen: Seen[] = [];
  /** Faults of the next answers of a host whose path matches, each used once. */
  readonly faults: { host?: Seen['host']; path: RegExp; fault: Fault }[] = [];
  /** Bytes a second that the content host sends, or no limit. */
  speed = Number.POSITIVE_INFINITY;
  private readonly hub = createServer((request, response) => this.answer('hub', request, response));
  private readonly content = createServer((request, response) => this.answer('content', request, response));

  static async start(): Promise<HubServer> {
    const server = new HubServer();
    for (const one of [server.hub, server.content]) await once(one.listen(0, '127.0.0.1'), 'listening');
    server.endpoint = urlOf(server.hub);
    return server;
  }

  /** URL of the hub. */
  endpoint = '';

  close(): void {
    for (const one of [this.hub, this.content]) {
      one.closeAllConnections();
      one.close();
    }
  }

  add(repo: string, files: Record<string, Uint8Array | object>, model: Partial<ServedModel> = {}): ServedModel {
    const bytes = Object.entries(files).map(([name, content]): [string, Uint8Array] => [
      name,
      content instanceof Uint8Array ? content : Buffer.from(JSON.stringify(content)),
    ]);
    const served = { commit: 'c0ffee'.padEnd(40, '0'), files: new Map(bytes), ...model };
    this.models.set(repo, served);
    return served;
  }

  /** Bytes sent of files that match, by either host. */
  sentOf(path: RegExp): number {
    return this.seen.filter((one) => path.test(one.path)).reduce((sum, { sent }) => sum + sent, 0);
  }

  private answer(host: Seen['host'], request: IncomingMessage, response: ServerResponse): unknown {
    const { method = '', url = '', headers } = request;
    const { range, authorization } = headers;
    const seen: Seen = { host, method, path: decodeURIComponent(url), range, authorization, sent: 0 };
    this.seen.push(seen);
    const at = this.faults.findIndex((one) => (one.host ?? host) === host && one.path.test(seen.path));
    const fault = at < 0 ? null : this.faults.splice(at, 1)[0].fault;
    if (fault && 'status' in fault) return response.writeHead(fault.status, fault.headers).end();
    if (host === 'content') return this.sendContent(seen, response, fault);
    const info = /^\/api\/models\/([^/]+\/[^/]+)\/revision\/([^?]+)/.exec(seen.path);
    const file = /^\/([^/]+\/[^/]+)\/resolve\/([0-9a-f]{40}|main|v1|refs\/pr\/1)\/(.+)$/.exec(seen.path);
    const model = this.models.get((info ?? file)?.[1] ?? '');
    if (model === undefined || (model.token && authorization !== `Bearer ${model.token}`)) {
      return response.writeHead(401, { 'x-error-code': 'RepoNotFound' }).end();
    }
    if (info) return this.sendInfo(model, info[2], response);
    return this.sendFile(seen, model, file![3], response, fault);
  }

  private sendInfo(model: ServedModel, revision: string, response: ServerResponse): unknown {
    if (!['main', 'v1', 'refs/pr/1', model.commit].includes(revision)) {
      return response.writeHead(404, { 'x-error-code': 'RevisionNotFound' }).end();
    }
    const siblings = [...model.files].map(([rfilename, bytes]) => ({
      rfilename,
      size: bytes.length,
      ...(bytes.length >= LARGE && { lfs: { sha256: sha256(bytes), size: bytes.length } }),
    }));
    response.setHeader('content-type', 'application/json');
    return response.end(JSON.stringify({ sha: model.commit, siblings }));
  }

  private sendFile(
    seen: Seen,
    model: ServedModel,
    file: string,
    response: ServerResponse,
    fault: Fault | null,
  ): unknown {
    const bytes = model.files.get(file);
    if (!bytes) return response.writeHead(404, { 'x-error-code': 'EntryNotFound' }).end();
    response.setHeader('X-Repo-Commit', model.commit);
    if (bytes.length < LARGE) return this.send(seen, bytes, `"${gitHash(bytes)}"`, response, fault);
    const hash = sha256(bytes);
    response.setHeader('X-Linked-Etag', `"${hash}"`);
    response.setHeader('X-Linked-Size', bytes.length);
    return response
      .writeHead(302, {
        location: `${urlOf(this.content).replace('127.0.0.1', 'localhost')}/${hash}/${file}?signature=1`,
      })
      .end();
  }

  private sendContent(seen: Seen, response: ServerResponse, fault: Fault | null): unknown {
    const hash = seen.path.split('/')[1];
    const files = [...this.models.values()].flatMap(({ files }) => [...files.values()]);
    const bytes = files.find((one) => sha256(one) === hash);
    if (bytes) return this.send(seen, bytes, `"${hash.slice(0, 32)}"`, response, fault);
    return response.writeHead(404).end();
  }

  private send(seen: Seen, whole: Uint8Array, etag: string, response: ServerResponse, fault: Fault | null): unknown {
    const bytes = fault && 'body' in fault ? fault.body : whole;
    const from = Number(/^bytes=(\d+)-$/.exec(seen.range ?? '')?.[1] ?? 0);
    if (from > 0 && from >= bytes.length) return response.writeHead(416).end();
    const headers = { ETag: etag, 'Accept-Ranges': 'bytes', 'Content-Length': bytes.length - from };
    const range = { 'Content-Range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
    response.writeHead(from > 0 ? 206 : 200, from > 0 ? { ...headers, ...range } : headers);
    if (seen.method === 'HEAD') return response.end();
    return this.write(seen, bytes.subarray(from), response, fault);
  }

  private async write(seen: Seen, bytes: Uint8Array, response: ServerResponse, fault: Fault | null): Promise<void> {
    const limit =
      fault && 'cutAfter' in fault ? fault.cutAfter : fault && 'stallAfter' in fault ? fault.stallAfter : null;
    const part = limit === null ? bytes : bytes.subarray(0, limit);
    const step = Math.max(1, Math.ceil(Math.min(part.length, this.speed / 50)));
    for (let at = 0; at < part.length && !response.destroyed; at += step) {
      const piece = part.subarray(at, at + step);
      await new Promise((resolve) => response.write(piece, resolve));
      seen.sent += piece.length;
      if (this.speed < Number.POSITIVE_INFINITY) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    if (fault && 'stallAfter' in fault) return;
    if (limit === null) response.end();
    else response.destroy();
  }
}

/** SHA-256 in hexadecimal: the etag of large files. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Git's name of a file's content: the etag of small files. */
export function gitHash(bytes: Uint8Array): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
