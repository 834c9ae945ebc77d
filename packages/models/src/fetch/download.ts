import { FormatError } from '@seg/checkpoint/safetensors';

import { type FetchOptions, TIMEOUT } from './fetch-options.ts';
import { broken, Interruption } from './interruption.ts';
import { type RequestPlan, request } from './request.ts';
import { type Watch, watchSilence } from './silence.ts';
import { withRetries } from './with-retries.ts';

/** A place for the bytes of a file, in memory or on disk. */
export type Sink = {
  /** Bytes that are here; the next ones follow them. */
  size(): number;
  write(bytes: Uint8Array): void | Promise<void>;
  /** Drops what is here. */
  clear(): void | Promise<void>;
};

/** A file to download. */
export type DownloadPlan = RequestPlan & {
  /** Named in progress. */
  file: string;
  /** Bytes that it must have, or null where nobody has said. */
  size: number | null;
  maxBytes: number;
};

/** Bytes a second on average, once {@link GRACE} has passed: a modem's; a server that drips byte by byte has less. */
const LEAST_RATE = 1000;

/** Twenty seconds before the rate is looked at: slow starts are over by then. */
const GRACE = 20_000;

/** Status of a range that is past the end of the file. */
const PAST_THE_END = 416;

/**
 * Downloads a file into a sink. Goes on behind the bytes that are there, as does every attempt after a cut connection.
 *
 * @returns The last answer, its body read; one that is not a file's (404, for one) has left the sink as it was
 * @throws FormatError naming the URL and what came
 */
export async function download(plan: DownloadPlan, sink: Sink, options: FetchOptions): Promise<Response> {
  const state: { etag: string | null } = { etag: null };
  const response = await withRetries(plan.url, options, () => attempt(plan, sink, options, state), sink.size);
  if (response.ok && plan.size !== null && sink.size() !== plan.size) throw wrongSize(plan, sink.size());
  return response;
}

async function attempt(plan: DownloadPlan, sink: Sink, options: FetchOptions, state: { etag: string | null }) {
  const watch = watchSilence(options.timeout ?? TIMEOUT, options.signal);
  const from = sink.size();
  if (from > 0 && from === plan.size) return new Response(); // all was there already
  const headers = from > 0 ? { ...plan.headers, Range: `bytes=${from}-` } : plan.headers;
  try {
    const response = await request({ ...plan, headers }, options, watch.signal);
    if (response.status === PAST_THE_END && from > 0) return await again(response, sink);
    if (!response.ok) return response;
    const etag = response.headers.get('etag');
    const isContinued = response.status === 206 && startOf(response) === from && (state.etag ?? etag) === etag;
    if (response.status === 206 && !isContinued) return await again(response, sink);
    if (!isContinued) await sink.clear();
    state.etag = etag;
    await receive(plan, response, sink, watch, options);
    return response;
  } finally {
    watch.stop();
  }
}

/** Drops what does not belong to the file that the server has, and asks for another attempt. */
async function again(response: Response, sink: Sink): Promise<never> {
  await response.body?.cancel();
  await sink.clear();
  throw new Interruption(`status ${response.status} to a range that it has not`, 0);
}

async function receive(plan: DownloadPlan, response: Response, sink: Sink, watch: Watch, options: FetchOptions) {
  const total = totalOf(response, sink.size());
  const most = Math.min(plan.size ?? plan.maxBytes, plan.maxBytes);
  if ((total ?? 0) > plan.maxBytes) throw tooLarge(plan, total!);
  if (total !== null && plan.size !== null && total !== plan.size) throw wrongSize(plan, total);
  options.onProgress?.({ file: plan.file, loaded: sink.size(), total: total ?? plan.size });
  const [start, from] = [performance.now(), sink.size()];
  try {
    for await (const piece of pieces(response, watch)) {
      if (sink.size() + piece.length > most) throw tooLarge({ ...plan, maxBytes: most }, sink.size() + piece.length);
      await sink.write(piece);
      options.onProgress?.({ file: plan.file, loaded: sink.size(), total: total ?? plan.size });
      expectRate(sink.size() - from, performance.now() - start);
    }
  } catch (error) {
    if (isEncoded(response)) await sink.clear(); // a range of the file does not go on from here
    throw error;
  }
  if (total !== null && sink.size() < total) throw new Interruption(`${sink.size()} of ${total} bytes`);
}

function expectRate(bytes: number, milliseconds: number): void {
  if (milliseconds < GRACE || (1000 * bytes) / milliseconds >= LEAST_RATE) return;
  throw new Interruption(`${bytes} bytes in ${Math.round(milliseconds / 1000)} s`);
}

async function* pieces(response: Response, watch: Watch): AsyncGenerator<Uint8Array> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error) => {
        throw watch.signal.aborted ? new Interruption((watch.signal.reason as Error).message) : broken(error);
      });
      if (done) return;
      watch.heard();
      yield value;
      watch.heard(); // a slow disk is not a silent server
    }
  } finally {
    await reader.cancel().catch(() => {}); // ends the transfer where the caller has had enough
  }
}

/** Bytes of the whole file by the head of an answer, or null. */
function totalOf(response: Response, from: number): number | null {
  if (isEncoded(response)) return null;
  const length = Number(response.headers.get('content-length') ?? Number.NaN);
  return Number.isSafeInteger(length) ? (response.status === 206 ? from : 0) + length : null;
}

/** Browsers take compressed answers whatever is asked of them; the length is then that of something else. */
function isEncoded(response: Response): boolean {
  return (response.headers.get('content-encoding') ?? 'identity') !== 'identity';
}

function startOf(response: Response): number {
  return Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1] ?? Number.NaN);
}

function tooLarge({ url, maxBytes }: DownloadPlan, size: number): FormatError {
  return new FormatError(`${url}: expected at most ${maxBytes} bytes, got ${size}`);
}

function wrongSize({ url, size }: DownloadPlan, got: number): FormatError {
  return new FormatError(`${url}: expected ${size} bytes, got ${got}`);
}
