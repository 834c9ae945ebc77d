import { FormatError } from '@seg/checkpoint/safetensors';

import { type FetchOptions, RETRIES } from './fetch-options.ts';
import { Interruption, Unreachable } from './interruption.ts';

/** Half a second before the second attempt, doubled before each further one. */
const FIRST_PAUSE = 500;

/** One minute: a server that asks for longer is not waited for. */
const LONGEST_PAUSE = 60_000;

/** Half a minute of waiting without a byte: a server that is silent for 20 s twice is given up. */
const LONGEST_WAIT = 30_000;

/** 1 MiB: an attempt that has fetched as much is no failure in a row, so a large file may be cut often. */
const WORTHWHILE = 2 ** 20;

/**
 * Tries until an attempt succeeds, or has failed too often in a row, or fails for good.
 *
 * @param url Named in errors
 * @param fetched Bytes that are here so far
 * @throws FormatError naming the URL and what came; the signal's reason once it is aborted
 */
export async function withRetries<T>(
  url: string,
  { signal, retries = RETRIES }: FetchOptions,
  attempt: () => Promise<T>,
  fetched: () => number = () => 0,
): Promise<T> {
  for (let [failures, waited] = [0, 0]; ; ) {
    signal?.throwIfAborted();
    const [before, start] = [fetched(), performance.now()];
    try {
      return await attempt();
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof Unreachable) throw new NoAnswer(url, error.message);
      if (!(error instanceof Interruption)) throw error;
      failures = fetched() - before >= WORTHWHILE ? 1 : failures + 1;
      waited = fetched() > before ? 0 : waited + performance.now() - start;
      const pause = error.wait ?? FIRST_PAUSE * 2 ** (failures - 1);
      if (failures > retries || waited > LONGEST_WAIT) throw new NoAnswer(url, `${error.message}, ${failures} times`);
      if (pause > LONGEST_PAUSE) throw new NoAnswer(url, `${error.message}, to wait for ${Math.ceil(pause / 1000)} s`);
      await sleep(pause, signal);
    }
  }
}

/** A server that does not answer, or not with the file, however often it is asked. */
export class NoAnswer extends FormatError {
  constructor(url: string, got: string) {
    super(`${url}: expected the file, got ${got}`);
  }
}

function sleep(pause: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end);
      resolve();
    }, pause);
    signal?.addEventListener('abort', end, { once: true });
  });
}
