import type { RgbImage } from '@seg/image';

import { closeFrame, type FrameSource, timedFrame } from './frame.ts';
import { framePixels } from './frame-pixels.ts';
import { GuardedReader, openSource } from './open-source.ts';
import { everyFrame, latestFrame, type NumberedFrame } from './waiting-frame.ts';

/** Result of one frame of a stream. */
export type StreamedFrame<R> = {
  /** Number of the frame in its source, from 0 on; those that were dropped are counted. */
  frame: number;
  /** Seconds: the source's own time, or else those since the stream's first frame. */
  time: number;
  /** The frame's pixels. */
  image: RgbImage;
  result: R;
};

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

async function* resultsOf<R>(
  source: FrameSource,
  segment: (image: RgbImage, signal: AbortSignal) => Promise<R>,
  signal: AbortSignal,
  latest: boolean,
): AsyncGenerator<StreamedFrame<R>, void, undefined> {
  const reader = new GuardedReader(openSource(source), signal);
  const clock = new Clock();
  const frames = latest ? latestFrame(reader) : everyFrame(reader);
  try {
    for await (const frame of frames) {
      const { image, time } = pixelsOf(frame, clock);
      const result = await segment(image, signal);
      signal.throwIfAborted();
      yield { frame: frame.frame, time, image, result };
    }
  } finally {
    await reader.stop();
  }
}

/** Copies a frame's pixels and closes it. */
function pixelsOf({ frame, value }: NumberedFrame, clock: Clock): { image: RgbImage; time: number } {
  try {
    const { image, time = clock.seconds() } = timedFrame(value);
    if (!Number.isFinite(time)) {
      throw new RangeError(`Segmenter.stream: expected seconds as time of frame ${frame}, got ${time}`);
    }
    return { image: framePixels(image), time };
  } finally {
    closeFrame(value);
  }
}

/** Counts seconds from its first question on. */
class Clock {
  private begin: number | undefined;

  seconds(): number {
    const now = performance.now();
    this.begin ??= now;
    return (now - this.begin) / 1000;
  }
}
