import { FormatError } from '@seg/checkpoint/errors';

import { pictureBitmap } from './picture-bitmap.ts';
import { isA, type PictureOptions, type PictureSource } from './picture-source.ts';

/** Picture that can be sent to a worker. */
export type SentPicture = Exclude<
  PictureSource,
  HTMLImageElement | HTMLCanvasElement | HTMLVideoElement | OffscreenCanvas | URL
>;

/**
 * Makes a picture one that can be sent: elements of the page become bitmaps, reduced, addresses texts. Files are read on
 * the other side.
 *
 * @returns The picture, and the bitmap that was made, which may be given away
 */
export async function sentPicture(
  source: PictureSource,
  options: PictureOptions,
): Promise<{ picture: SentPicture | string; made: ImageBitmap[] }> {
  if (source instanceof URL) return { picture: source.href, made: [] };
  if (!isOfPage(source)) return { picture: expectSome(source), made: [] };
  const bitmap = await pictureBitmap(source, options);
  return { picture: bitmap, made: [bitmap] };
}

/** @throws FormatError where a picture was closed or given away before: it could not be sent */
function expectSome(source: SentPicture): SentPicture {
  const { displayWidth, width, data } = (source ?? {}) as Record<string, unknown>;
  const isEmpty = (displayWidth ?? width) === 0 || (data as Uint8Array | undefined)?.byteLength === 0;
  if (isA('Blob', source) || !isEmpty) return source;
  throw new FormatError(
    `SegmenterWorker: expected a picture with pixels, got none (was it closed, or given away before?)`,
  );
}

function isOfPage(
  source: PictureSource,
): source is HTMLImageElement | HTMLCanvasElement | HTMLVideoElement | OffscreenCanvas {
  return (
    isA('HTMLImageElement', source) ||
    isA('HTMLCanvasElement', source) ||
    isA('HTMLVideoElement', source) ||
    isA('OffscreenCanvas', source)
  );
}

/** Frees what a picture holds outside the heap: the worker's copy of it. */
export function closePicture(picture: PictureSource): void {
  if (isA('ImageBitmap', picture) || isA('VideoFrame', picture)) picture.close();
}
