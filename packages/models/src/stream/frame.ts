import type { RgbImage } from '@seg/image';

/**
 * Image of a frame. Outside a page an image of bytes: RGB, or RGBA as `ImageData` has it, whose alpha is not read. In a page
 * also everything that a canvas draws; a `VideoFrame` or `ImageBitmap` is closed when it was read or dropped.
 */
export type FrameImage = RgbImage | ImageData | VideoFrame | ImageBitmap | OffscreenCanvas | HTMLCanvasElement;

/** A frame with the time that its source gives it. */
export type TimedFrame = {
  image: FrameImage;
  /** Seconds. */
  time?: number;
};

/**
 * Source of frames: an iterable, an async iterable, or a stream of them; in a page also a camera's stream or its track, or a
 * video element, which goes on playing whatever the model does.
 */
export type FrameSource =
  | Iterable<FrameImage | TimedFrame>
  | AsyncIterable<FrameImage | TimedFrame>
  | ReadableStream<FrameImage | TimedFrame>
  | MediaStream
  | MediaStreamTrack
  | HTMLVideoElement;

/** Reader of a source, one frame after the other. */
export type FrameReader = {
  /** The next frame; `done` behind the last. */
  next(): Promise<IteratorResult<unknown, unknown>>;
  /** Lets go of the source at once, also while a frame is awaited. */
  stop(): Promise<unknown>;
};

/** Gives back what a frame holds outside the heap, where it holds something. */
export function closeFrame(frame: unknown): void {
  if (typeof frame !== 'object' || frame === null) return;
  if ('close' in frame && typeof frame.close === 'function') frame.close();
  else if ('image' in frame) closeFrame(frame.image);
}

/** Image and time of a frame: its own, or that of a `VideoFrame` in microseconds (WebCodecs, section 9.4). */
export function timedFrame(frame: unknown): { image: unknown; time: number | undefined } {
  if (typeof frame === 'object' && frame !== null && 'image' in frame) {
    const { image, time } = frame as { image: unknown; time?: number };
    return { image, time: time ?? timestampOf(image) };
  }
  return { image: frame, time: timestampOf(frame) };
}

function timestampOf(image: unknown): number | undefined {
  const timestamp = (image as { timestamp?: unknown } | null)?.timestamp;
  return typeof timestamp === 'number' ? timestamp / 1e6 : undefined;
}
