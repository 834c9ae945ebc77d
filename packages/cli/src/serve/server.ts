import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { FormatError } from '@seg/checkpoint';
import { decodeImage } from '@seg/image';

import type { ImageSegmenter } from '../predict/segmenter.ts';
import { answer } from './answer.ts';
import { HttpError } from './http-error.ts';
import { openApi } from './openapi.ts';
import { readQuestion } from './question.ts';
import { readBody } from './read-body.ts';
import { ServerMetrics } from './server-metrics.ts';

/** Options of a server. */
export type ServerOptions = {
  /** Most images in hand beside the one at work; one more is answered with 429. */
  queue: number;
  /** Milliseconds from the beginning of a request to its answer, or 503. */
  timeout: number;
  /** Most bytes of an image. */
  maxUpload: number;
  version: string;
  /** Takes faults of the program, which requests get no words of. */
  note(text: string): void;
};

/** Server of a model, and its end. */
export type SegServer = {
  server: Server;
  /** Takes no more images, and answers those in hand. @param grace Milliseconds after which connections are cut */
  end(grace: number): Promise<void>;
};

/** Ten seconds for the head of a request: slow ones hold a connection. */
const HEADERS_TIMEOUT = 10_000;

/** A server of a model on node:http; it does not listen yet. */
export function createSegServer(segmenter: ImageSegmenter, options: ServerOptions): SegServer {
  const metrics = new ServerMetrics();
  let isEnding = false;
  const description = JSON.stringify(openApi(options.version, segmenter.tasks, options.maxUpload));
  const pages: Record<string, () => Page> = {
    '/health': () => ({ status: 200, type: 'text/plain', body: 'yes\n' }),
    '/ready': () => ({ status: isEnding ? 503 : 200, type: 'text/plain', body: isEnding ? 'ending\n' : 'ready\n' }),
    '/metrics': () => ({ status: 200, type: 'text/plain; version=0.0.4', body: metrics.text }),
    '/openapi.json': () => ({ status: 200, type: 'application/json', body: description }),
  };
  const server = createServer(
    { requestTimeout: options.timeout, headersTimeout: Math.min(HEADERS_TIMEOUT, options.timeout) },
    async (request, response) => {
      const begun = performance.now();
      const isImage = pathOf(request) === '/segment';
      const page = await respond().catch((error: unknown) => pageOf(error, options.note));
      if (isImage) metrics.add(page.status, (performance.now() - begun) / 1000);
      if (isEnding) response.setHeader('connection', 'close');
      send(response, page);

      async function respond(): Promise<Page> {
        if (isImage) return segment(request, response);
        const path = pathOf(request);
        if (!Object.hasOwn(pages, path)) throw new HttpError(404, `path: expected one of /openapi.json, got ${path}`);
        requireMethod(request, ['GET', 'HEAD']);
        return pages[path]();
      }
    },
  );

  async function segment(request: IncomingMessage, response: ServerResponse): Promise<Page> {
    requireMethod(request, ['POST']);
    const question = readQuestion(new URL(request.url ?? '', 'http://host'), segmenter.tasks);
    if (isEnding) throw new HttpError(503, 'server: expected a server that goes on, got one that ends', RETRY);
    if (metrics.inHand > options.queue) {
      throw new HttpError(429, `server: expected at most ${options.queue} images that wait, got one more`, RETRY);
    }
    metrics.inHand++;
    const ending = new AbortController();
    const late = new HttpError(503, `server: expected an answer within ${options.timeout / 1000} s, got none`, RETRY);
    const timer = setTimeout(() => ending.abort(late), options.timeout);
    const leave = () => ending.abort(new HttpError(499, 'client: expected a client that waits, got none'));
    response.once('close', leave);
    try {
      const bytes = await readBody(request, options.maxUpload);
      const image = await decodeImage(bytes, 'body');
      ending.signal.throwIfAborted();
      return { status: 200, ...(await answer(segmenter, image, question, ending.signal)) };
    } finally {
      clearTimeout(timer);
      response.off('close', leave);
      metrics.inHand--;
    }
  }

  return {
    server,
    end: async (grace) => {
      isEnding = true;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), grace);
      await closed;
      clearTimeout(timer);
    },
  };
}

const RETRY = { 'retry-after': '1' };

type Page = { status: number; type: string; body: Uint8Array | string; headers?: Readonly<Record<string, string>> };

function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?')[0];
}

function requireMethod({ method = '' }: IncomingMessage, allowed: string[]): void {
  if (allowed.includes(method)) return;
  throw new HttpError(405, `method: expected ${allowed[0]}, got ${method}`, { allow: allowed.join(', ') });
}

function pageOf(error: unknown, note: (text: string) => void): Page {
  const json = (status: number, message: string, headers = {}) => {
    return { status, type: 'application/json', body: JSON.stringify({ error: message }), headers };
  };
  if (error instanceof HttpError) return json(error.status, error.message, error.headers);
  if (error instanceof FormatError) return json(400, error.message);
  note(`serve: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
  return json(500, 'server: expected segments, got a fault of the program');
}

function send(response: ServerResponse, { status, type, body, headers }: Page): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), ...headers });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}
