import { ANYTHING, expectOptions } from '@seg/checkpoint/expect-options';
import { FormatError } from '@seg/checkpoint/safetensors';
import type { RgbImage } from '../rgb-image.ts';

/** A frame of a video. */
export type TimedImage = {
  image: RgbImage;
  /** Seconds from the first frame; only where the rate of frames is known. */
  time?: number;
};

/** Choices of reading frames. */
export type FrameOptions = {
  /** Frames in a second, for the times of frames. */
  fps?: number;
};

/** Gives frames their times. @throws FormatError where the rate is none */
export function timing(where: string, options: FrameOptions): (number: number) => Pick<TimedImage, 'time'> {
  expectOptions(where, options, { fps: ANYTHING });
  const { fps } = options;
  if (fps === undefined) return () => ({});
  if (!(typeof fps === 'number' && fps > 0 && Number.isFinite(fps))) {
    throw new FormatError(`${where}: expected a number above 0 as fps, got ${fps}`);
  }
  return (number) => ({ time: number / fps });
}
