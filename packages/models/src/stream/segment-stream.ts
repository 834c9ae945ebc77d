import type { RgbImage } from '@seg/image';
import { platform } from '#platform';

import type { FrameSource } from './frame.ts';
import { framePixels } from './frame-pixels.ts';
import type { StreamedFrame } from './streamed-frame.ts';

/** Choices of reading a source. */
export type ReadOptions = {
  /** Ends the stream; its reason is thrown. */
  signal?: AbortSignal;
  /**
   * True: the model gets the newest frame whenever it is free, and older ones are dropped. False (default): every frame in
   * order, and the source waits.
   */
  latest?: boolean;
};

/**
 * Runs frames through a model, one at a time. However the loop over it ends, the source is let go of, and frames that were
 * read are closed.
 *
 * @param segment Answers one image; its signal ends with the stream
 */
export function segmentStream<R>(
  source: FrameSource,
  segment: (image: RgbImage, signal: AbortSignal) => Promise<R>,
  { signal, latest = false }: ReadOptions,
): AsyncIterableIterator<StreamedFrame<R>> {
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError('Segmenter.stream: expected an AbortSignal as signal, got something else');
  }
  if (typeof latest !== 'boolean')
    throw new TypeError(`Segmenter.stream: expected latest true or false, got ${latest}`);
  const end = new AbortController();
  const results = untilAborted(signal, end, () => resultsOf(source, segment, end.signal, latest));
  const ended = <T>(answer: Promise<T>) =>
    answer.catch((error: unknown) => {
      if (error === ENDED) return { done: true, value: undefined } as const;
      throw error;
    });
  // The generator's own return() would wait for a frame that may never come.
  return {
    next: () => ended(results.next()),
    return: () => {
      end.abort(ENDED);
      return ended(results.return());
    },
    throw: (error: unknown) => {
      end.abort(ENDED);
      return results.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** Reason of a stream that nobody reads any more. */
const ENDED = new Error('Segmenter.stream: expected somebody to read on, got an end');

/** Runs results while a signal of the caller is at rest; at their end, `end` is aborted in any case. */
async function* untilAborted<T>(
  signal: AbortSignal | undefined,
  end: AbortController,
  results: () => AsyncGenerator<T, void, undefined>,
): AsyncGenerator<T, void, undefined> {
  const abort = () => end.abort(signal?.reason);
  signal?.throwIfAborted();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    yield* results();
  } finally {
    signal?.removeEventListener('abort', abort);
    end.abort(ENDED);
  }
}

/** Reads frames when somebody asks for the first: a page that has photographs alone fetches nothing of it. */
async function* resultsOf<R>(
  source: FrameSource,
  segment: (image: RgbImage, signal: AbortSignal) => Promise<R>,
  signal: AbortSignal,
  latest: boolean,
): AsyncGenerator<StreamedFrame<R>, void, undefined> {
  const { frameResults } = await import('./frame-results.ts');
  yield* frameResults(source, segment, signal, latest, { platform, framePixels });
}
