import { decodeImage } from './decode-image.ts';
import { expectBytes } from './expect-bytes.ts';
import { recognizeFormat } from './image-format.ts';
import { checkImageSize, expectLimits, IMAGE_LIMITS, type ImageLimits } from './image-limits.ts';
import { JpegSegments } from './jpeg/read-segments.ts';
import { exifOrientation } from './orientation.ts';
import { readChunks } from './png/read-png.ts';

/** Size of an image, told without its pixels. */
export type ImageHeader = {
  /** In pixels, upright: as `decodeImage` gives it. */
  width: number;
  height: number;
  /** EXIF's 1 to 8: the turn from the stored pixels to the upright ones. */
  orientation: number;
};

/**
 * Reads the size of an image and its turn from the header of a JPEG or PNG. Other formats are decoded for it.
 *
 * @param name Of the file, for messages
 * @throws FormatError as `decodeImage` does
 */
export async function readImageHeader(
  bytes: Uint8Array,
  name: string,
  limits: ImageLimits = IMAGE_LIMITS,
): Promise<ImageHeader> {
  expectLimits('readImageHeader', limits);
  expectBytes('readImageHeader', bytes, name);
  const format = recognizeFormat(bytes);
  if (format === 'jpeg') return jpegHeader(bytes, name, limits);
  if (format === 'png') return pngHeader(bytes, name, limits);
  const { width, height } = await decodeImage(bytes, name, limits);
  return { width, height, orientation: 1 };
}

function jpegHeader(bytes: Uint8Array, name: string, limits: ImageLimits): ImageHeader {
  const segments = new JpegSegments(bytes, name);
  const scan = segments.nextScan(2);
  const { frame, orientation } = segments;
  if (scan === null || frame === null) throw segments.cutShort();
  return upright(frame, orientation, name, limits);
}

function pngHeader(bytes: Uint8Array, name: string, limits: ImageLimits): ImageHeader {
  const { header, exif } = readChunks(bytes, name);
  return upright(header, (exif && exifOrientation(exif)) ?? 1, name, limits);
}

function upright(
  { width, height }: { width: number; height: number },
  orientation: number,
  name: string,
  limits: ImageLimits,
): ImageHeader {
  checkImageSize(name, width, height, limits);
  return orientation >= 5 ? { width: height, height: width, orientation } : { width, height, orientation };
}
