import type { RgbImage } from '@seg/image';

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
