import { FormatError } from '@seg/checkpoint';

import { allowsRedirect } from './redirects.ts';

/** Bounds of what is read from a URL. */
export type RemoteOptions = {
  /** Ends the reading; its reason is thrown. */
  signal?: AbortSignal;
  /** Milliseconds until the answer begins, and between its pieces. Default: 15,000. */
  timeout?: number;
  /** Times that a busy server or a broken connection is tried again. Default: 2. */
  retries?: number;
  /** Bytes of one file of weights. Default: 16 GiB. JSON may have 16 MiB at most. */
  maxBytes?: number;
  /** Headers of every request to the host of the URL, a token for one; other hosts get none. */
  headers?: Readonly<Record<string, string>>;
  /**
   * Rule for answers from elsewhere. Default: http and https, from https never to http, and no host within a
   * private network, unless it is the same host.
   */
  allowRedirect?: (from: URL, to: URL) => boolean;
};

/** Milliseconds that a server may be silent: within it answer all published hosts, hung ones never do. */
const TIMEOUT = 15_000;
/** Busy servers are asked to wait for seconds; three tries see most of them through. */
const RETRIES = 2;
/** Milliseconds to wait at most where `Retry-After` asks for more. */
const LONGEST_WAIT = 30_000;
/** Bytes of weights: the largest published shards have 10 GB. */
const MOST_BYTES = 16 * 2 ** 30;
/** Bytes of JSON: the indexes of the largest models have 2 MB. */
const MOST_JSON = 16 * 2 ** 20;
/** Redirects on the way to a file: hubs need two. */
const MOST_REDIRECTS = 5;
/** Bytes a second on average, once {@link GRACE} has passed: a modem's; a server that drips byte by byte has less. */
const LEAST_RATE = 1000;
/** Milliseconds before the rate is looked at. */
const GRACE = 20_000;

/** Answers that say to come back (RFC 9110, 15.5 and 15.6; RFC 6585, 4). */
const BUSY = [429, 502, 503, 504];

/**
 * Reads a file from a URL within bounds of time and size.
 *
 * @returns null where there is no such file
 * @throws FormatError naming the URL: no answer in time, too many bytes, a status, a redirect that is not allowed
 */
export async function fetchBounded(url: URL, options: RemoteOptions = {}): Promise<Uint8Array | null> {
  const { retries = RETRIES } = options;
  for (let attempt = 0; ; attempt++) {
    try {
      const response = await follow(url, options);
      if (response.status === 404) return close(response, null);
      if (response.ok) return await readBody(url, response, options);
      const wait = waitOf(response, attempt);
      close(response, null);
      const status = `${url.href}: expected the file, got status ${response.status}`;
      if (!BUSY.includes(response.status) || attempt >= retries) throw new FormatError(status);
      await pause(wait, options.signal);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (error instanceof FormatError) throw error;
      if (attempt >= retries) throw unreachable(url, error);
      await pause(2 ** attempt * 250, options.signal);
    }
  }
}

/** Asks, and asks where the answer points to, as far as that is allowed. */
async function follow(url: URL, options: RemoteOptions): Promise<Response> {
  const { allowRedirect = allowsRedirect } = options;
  let at = url;
  for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
    const response = await ask(at, url, 'manual', options);
    if (response.type === 'opaqueredirect') return followInPage(at, url, options);
    const location = response.headers.get('location');
    if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return response;
    close(response, null);
    const next = URL.canParse(location, at) ? new URL(location, at) : null;
    if (next === null || !allowRedirect(at, next)) throw refused(url, location);
    at = next;
  }
  throw new FormatError(`${url.href}: expected the file within ${MOST_REDIRECTS} redirects, got more`);
}

/** A page may not see where a redirect leads before it has been followed. */
async function followInPage(at: URL, url: URL, options: RemoteOptions): Promise<Response> {
  const { allowRedirect = allowsRedirect } = options;
  const response = await ask(at, url, 'follow', options);
  if (allowRedirect(at, new URL(response.url))) return response;
  close(response, null);
  throw refused(url, response.url);
}

function refused(url: URL, location: string): FormatError {
  return new FormatError(`${url.href}: expected a redirect that is allowed, got one to ${location.slice(0, 200)}`);
}

async function ask(at: URL, url: URL, redirect: RequestRedirect, options: RemoteOptions): Promise<Response> {
  const { timeout = TIMEOUT, signal } = options;
  const { controller, done } = linked(signal);
  const headers = at.origin === url.origin ? options.headers : undefined;
  try {
    const late = () => new FormatError(`${at.href}: expected an answer within ${timeout / 1000} s, got none`);
    return await within(timeout, late, fetch(at, { redirect, headers, signal: controller.signal }), controller);
  } finally {
    done();
  }
}

async function readBody(url: URL, response: Response, options: RemoteOptions): Promise<Uint8Array> {
  const { timeout = TIMEOUT, maxBytes = MOST_BYTES, signal } = options;
  const most = url.pathname.endsWith('.json') ? Math.min(MOST_JSON, maxBytes) : maxBytes;
  const tooMany = (bytes: number) => new FormatError(`${url.href}: expected at most ${most} bytes, got ${bytes}`);
  const promised = promisedLength(response);
  if (promised !== null && promised > most) throw close(response, tooMany(promised));
  const reader = response.body?.getReader();
  if (reader === undefined) return new Uint8Array();
  const pieces: Uint8Array[] = [];
  const started = performance.now();
  let size = 0;
  try {
    for (;;) {
      signal?.throwIfAborted();
      const late = () => new FormatError(`${url.href}: expected more bytes within ${timeout / 1000} s, got none`);
      const { done, value } = await within(timeout, late, abortable(reader.read(), signal));
      if (done) break;
      size += value.length;
      if (size > most) throw tooMany(size);
      pieces.push(value);
      expectRate(url, size, performance.now() - started);
    }
  } catch (error) {
    void reader.cancel().catch(() => {});
    throw error;
  }
  if (promised !== null && size !== promised) throw new Error(`${size} of ${promised} bytes`);
  return joined(pieces, size);
}

function expectRate(url: URL, bytes: number, milliseconds: number): void {
  if (milliseconds < GRACE || (bytes * 1000) / milliseconds >= LEAST_RATE) return;
  const got = `${bytes} bytes in ${Math.round(milliseconds / 1000)} s`;
  throw new FormatError(`${url.href}: expected ${LEAST_RATE} bytes a second or more, got ${got}`);
}

/** Length of the body as it is sent; a compressed one is longer when it is read. */
function promisedLength({ headers }: Response): number | null {
  const length = headers.get('content-length');
  return length === null || headers.get('content-encoding') !== null || !/^\d+$/.test(length) ? null : Number(length);
}

function joined(pieces: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** Lets a connection go whose answer nobody reads. */
function close<T>(response: Response, result: T): T {
  void response.body?.cancel().catch(() => {});
  return result;
}

function waitOf(response: Response, attempt: number): number {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Math.min(LONGEST_WAIT, seconds >= 0 ? seconds * 1000 : 2 ** attempt * 500);
}

/** A controller that the caller's signal aborts too. */
function linked(signal: AbortSignal | undefined): { controller: AbortController; done(): void } {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const abort = () => controller.abort(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  return { controller, done: () => signal?.removeEventListener('abort', abort) };
}

function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise<T>((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function within<T>(
  milliseconds: number,
  late: () => Error,
  work: Promise<T>,
  controller?: AbortController,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(late());
      controller?.abort();
    }, milliseconds);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return abortable(new Promise<void>((resolve) => setTimeout(resolve, milliseconds)), signal);
}

/** Names the file of a broken connection, which `fetch` does not. */
function unreachable(url: URL, error: unknown): FormatError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new FormatError(`${url.href}: expected the file, got ${reason}`, { cause: error });
}
