import type { RgbImage } from '@seg/image';

/** Picture of any kind that a page has. */
export type PictureSource =
  | RgbImage
  | ImageData
  | ImageBitmap
  | VideoFrame
  | HTMLImageElement
  | HTMLCanvasElement
  | HTMLVideoElement
  | OffscreenCanvas
  | Blob
  | URL;

/** Options of reading a picture. */
export type PictureOptions = {
  /**
   * Longest side in pixels: larger pictures are reduced while they are decoded. Arrays of RGB bytes are taken as they are.
   * Default: 2048.
   */
  maxSide?: number;
  /** Most pixels that are decoded; what has more is refused by its header. Default: 128 million. */
  maxPixels?: number;
  /** Ends reading; its reason is thrown. */
  signal?: AbortSignal;
};

/** Names of {@link PictureOptions}. */
export const PICTURE = ['maxSide', 'maxPixels', 'signal'] as const;

/** Size in pixels. */
export type PictureSize = { width: number; height: number };

/** 2048: half as much again as the 1333 that the largest published models see. */
export const MAX_SIDE = 2048;

/** 128 million pixels: a phone's largest photograph has 108, and they take half a gigabyte while they are decoded. */
export const MAX_PIXELS = 128_000_000;

/** 256 MiB: a photograph of 108 megapixels as PNG has 200. */
export const MAX_FILE_BYTES = 2 ** 28;

/** True where a value is of a class of the platform, which not every page or worker has. */
export function isA<T extends keyof PlatformClasses>(name: T, value: unknown): value is PlatformClasses[T] {
  const kind = (globalThis as Record<string, unknown>)[name];
  return typeof kind === 'function' && value instanceof kind;
}

/** True for all that is no picture of the platform: an array of RGB bytes, or what claims to be one and is checked where it is used. */
export function isRgb(source: PictureSource): source is RgbImage {
  return !(source instanceof URL) && !PICTURES.some((name) => isA(name, source));
}

const PICTURES = [
  'Blob',
  'HTMLCanvasElement',
  'HTMLImageElement',
  'HTMLVideoElement',
  'ImageBitmap',
  'ImageData',
  'OffscreenCanvas',
  'VideoFrame',
] as const;

type PlatformClasses = {
  Blob: Blob;
  HTMLCanvasElement: HTMLCanvasElement;
  HTMLImageElement: HTMLImageElement;
  HTMLVideoElement: HTMLVideoElement;
  ImageBitmap: ImageBitmap;
  ImageData: ImageData;
  OffscreenCanvas: OffscreenCanvas;
  VideoFrame: VideoFrame;
};
