import { FormatError } from '@seg/checkpoint/errors';
import type { RgbImage } from '@seg/image';
import { imageDimensionsFromData } from 'image-dimensions';
import { expectObject } from '../expect-object.ts';
import {
  isA,
  MAX_FILE_BYTES,
  MAX_PIXELS,
  MAX_SIDE,
  type PictureOptions,
  type PictureSize,
  type PictureSource,
} from './picture-source.ts';

/** A mebibyte holds the header of every photograph: profiles and previews before it have 64 KiB each. */
const HEADER_BYTES = 2 ** 20;

/**
 * Decodes a picture, reduced to the longest side that is wanted. The caller closes it.
 *
 * @throws FormatError naming the file where it is none, is too large, or cannot be fetched; the signal's reason, at once
 */
export async function pictureBitmap(
  source: Exclude<PictureSource, RgbImage>,
  options: PictureOptions,
): Promise<ImageBitmap> {
  expectObject('pictureBitmap', options);
  const { signal } = options;
  signal?.throwIfAborted();
  checkOptions(options);
  const reading = read(source, options);
  if (signal === undefined) return reading;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true }); // an element or a decoder may never answer
    const late = (bitmap: ImageBitmap) => (signal.aborted ? bitmap.close() : resolve(bitmap));
    reading.then(late, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

async function read(source: Exclude<PictureSource, RgbImage>, options: PictureOptions): Promise<ImageBitmap> {
  const { signal } = options;
  const drawable = source instanceof URL ? await fetchPicture(source, signal) : source;
  const name = nameOf(source);
  const known = await sizeOf(drawable, name);
  if (known !== null) checkSize(name, known, options);
  const decoded = await decode(drawable, name, known && reduction(known, options));
  try {
    signal?.throwIfAborted();
    checkSize(name, decoded, options);
    const smaller = reduction(decoded, options); // a photograph on its side was reduced by its other side
    return smaller === null ? decoded : await decode(decoded, name, smaller).finally(() => decoded.close());
  } catch (error) {
    decoded.close();
    throw error;
  }
}

async function decode(source: ImageBitmapSource, name: string, size: ImageBitmapOptions | null): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(source, size ? { ...size, resizeQuality: 'high' } : {});
  } catch (error) {
    const { message } = error as Error;
    throw new FormatError(`readPicture: expected ${name} to be a picture that the browser reads, got ${message}`, {
      cause: error,
    });
  }
}

/** The side to reduce to; the other follows. Null where none has to be. */
function reduction({ width, height }: PictureSize, { maxSide = MAX_SIDE }: PictureOptions): ImageBitmapOptions | null {
  if (Math.max(width, height) <= maxSide) return null;
  return width >= height ? { resizeWidth: maxSide } : { resizeHeight: maxSide };
}

/** Size of a picture before it is decoded; null where the header does not tell. */
async function sizeOf(source: ImageBitmapSource, name: string): Promise<PictureSize | null> {
  if (isA('Blob', source)) return headerOf(source, name);
  if (isA('HTMLImageElement', source)) {
    await source.decode().catch(() => {}); // told by its size
    return expectSome(name, { width: source.naturalWidth, height: source.naturalHeight });
  }
  if (isA('HTMLVideoElement', source)) {
    return expectSome(name, { width: source.videoWidth, height: source.videoHeight });
  }
  if (isA('VideoFrame', source)) {
    return expectSome(name, { width: source.displayWidth, height: source.displayHeight });
  }
  return expectSome(name, source as PictureSize);
}

async function headerOf(file: Blob, name: string): Promise<PictureSize | null> {
  if (file.size > MAX_FILE_BYTES) {
    throw new FormatError(`readPicture: expected ${name} to have at most ${MAX_FILE_BYTES} bytes, got ${file.size}`);
  }
  return imageDimensionsFromData(new Uint8Array(await file.slice(0, HEADER_BYTES).arrayBuffer())) ?? null;
}

function expectSome(name: string, { width, height }: PictureSize): PictureSize {
  if (width > 0 && height > 0) return { width, height };
  throw new FormatError(`readPicture: expected ${name} to have pixels, got ${width}x${height}`);
}

function checkOptions({ maxSide = MAX_SIDE, maxPixels = MAX_PIXELS }: PictureOptions): void {
  for (const [name, count] of Object.entries({ maxSide, maxPixels })) {
    if (count > 0 && (Number.isInteger(count) || count === Number.POSITIVE_INFINITY)) continue;
    throw new RangeError(`readPicture: expected a whole number above 0 as ${name}, got ${count}`);
  }
}

function checkSize(name: string, { width, height }: PictureSize, { maxPixels = MAX_PIXELS }: PictureOptions): void {
  if (width * height <= maxPixels) return;
  const most = `at most ${maxPixels / 1e6} megapixels`;
  throw new FormatError(`readPicture: expected ${name} to have ${most}, got ${width}x${height} pixels`);
}

async function fetchPicture(url: URL, signal: AbortSignal | undefined): Promise<Blob> {
  let reason: string;
  try {
    const response = await fetch(url, { signal });
    const length = Number(response.headers.get('content-length') ?? 0);
    if (response.ok && length <= MAX_FILE_BYTES) return await response.blob();
    reason = response.ok ? `${length} bytes` : `status ${response.status}`;
    await response.body?.cancel();
  } catch (error) {
    signal?.throwIfAborted();
    reason = (error as Error).message;
  }
  throw new FormatError(`readPicture: expected a picture at ${url.href.slice(0, 200)}, got ${reason}`);
}

function nameOf(source: object): string {
  if (typeof File !== 'undefined' && source instanceof File) return source.name;
  if (source instanceof URL) return source.href.slice(0, 200);
  return `the ${source.constructor.name}`;
}
