import type { ModelPlatform } from '../platform/types.ts';
import { closeFrame, type FrameReader } from './frame.ts';

/**
 * Opens a source of frames.
 *
 * @param platform Opener of sources that this platform alone has; handed over, so that bundlers leave it where it is
 * @throws TypeError where it is none
 */
export async function openSource(source: unknown, platform: ModelPlatform): Promise<FrameReader> {
  if (typeof source === 'object' && source !== null) {
    const own = await platform.frameReader(source);
    if (own !== null) return own;
    if ('getReader' in source) return streamReader(source as ReadableStream);
    if (Symbol.asyncIterator in source)
      return iteratorReader((source as AsyncIterable<unknown>)[Symbol.asyncIterator]());
    if (Symbol.iterator in source) return iteratorReader((source as Iterable<unknown>)[Symbol.iterator]());
  }
  const kinds = 'frames in an iterable, an async iterable or a ReadableStream';
  throw new TypeError(`Segmenter.stream: expected ${kinds}${platform.moreSources}, got something else`);
}

function iteratorReader(iterator: Iterator<unknown> | AsyncIterator<unknown>): FrameReader {
  return { next: async () => iterator.next(), stop: async () => void (await iterator.return?.()) };
}

/** Cancels while a frame is awaited, which the stream's own async iterator does only behind it. */
function streamReader(stream: ReadableStream<unknown>): FrameReader {
  const reader = stream.getReader();
  return {
    next: async () => {
      const { done, value } = await reader.read();
      return done ? { done: true, value: undefined } : { done: false, value };
    },
    stop: () => reader.cancel(),
  };
}

/** Reads frames for one who may give up: what comes after that is closed. */
export class GuardedReader {
  private readonly reader: FrameReader;
  private readonly stopped: Promise<never>;
  private readonly signal: AbortSignal;
  private isReading = false;

  constructor(reader: FrameReader, signal: AbortSignal) {
    this.reader = reader;
    this.signal = signal;
    this.stopped = new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    this.stopped.catch(() => {}); // told by next()
  }

  /** @throws The signal's reason at once, where it ends while a frame is awaited */
  async next(): Promise<IteratorResult<unknown, unknown>> {
    this.signal.throwIfAborted();
    this.isReading = true;
    const reading = this.reader.next().finally(() => (this.isReading = false));
    reading.then(
      ({ done, value }) => this.signal.aborted && done !== true && closeFrame(value),
      () => {}, // told by whoever awaits it
    );
    return Promise.race([reading, this.stopped]);
  }

  /** Lets go of the source: awaits its end, unless it is at work on a frame, which may never come. */
  async stop(): Promise<void> {
    const wasReading = this.isReading;
    const ending = this.reader.stop();
    if (wasReading) ending.catch(() => {});
    else await ending;
  }
}
