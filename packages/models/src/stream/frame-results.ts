import type { RgbImage } from '@seg/image';

import type { ModelPlatform } from '../platform/types.ts';
import { closeFrame, type FrameSource, timedFrame } from './frame.ts';
import type { framePixels } from './frame-pixels.ts';
import { GuardedReader, openSource } from './open-source.ts';
import type { StreamedFrame } from './streamed-frame.ts';
import { everyFrame, latestFrame, type NumberedFrame } from './waiting-frame.ts';

/** Parts of the first script of a page. Handed over: imported here, bundlers would cut that script into many. */
export type SharedWithPage = { platform: ModelPlatform; framePixels: typeof framePixels };

/** Results of the frames of a source, one at a time. */
export async function* frameResults<R>(
  source: FrameSource,
  segment: (image: RgbImage, signal: AbortSignal) => Promise<R>,
  signal: AbortSignal,
  latest: boolean,
  shared: SharedWithPage,
): AsyncGenerator<StreamedFrame<R>, void, undefined> {
  const reader = new GuardedReader(await openSource(source, shared.platform), signal);
  const clock = new Clock();
  const frames = latest ? latestFrame(reader) : everyFrame(reader);
  let hasFailed = false;
  try {
    for await (const frame of frames) {
      const { image, time } = pixelsOf(frame, clock, shared);
      const result = await segment(image, signal);
      signal.throwIfAborted();
      yield { frame: frame.frame, time, image, result };
    }
  } catch (error) {
    hasFailed = true;
    throw error;
  } finally {
    const stopped = reader.stop();
    if (hasFailed)
      stopped.catch(() => {}); // the first error is the one to tell, whatever the source says of its end, and when
    else await stopped;
  }
}

/** Copies a frame's pixels and closes it. */
function pixelsOf(
  { frame, value }: NumberedFrame,
  clock: Clock,
  shared: SharedWithPage,
): { image: RgbImage; time: number } {
  try {
    const { image, time = clock.seconds() } = timedFrame(value);
    if (!Number.isFinite(time)) {
      throw new RangeError(`Segmenter.stream: expected seconds as time of frame ${frame}, got ${time}`);
    }
    return { image: shared.framePixels(image), time };
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
