import { FormatError } from '@seg/checkpoint/safetensors';

import { checkImageSize, IMAGE_LIMITS, type ImageLimits } from '../image-limits.ts';
import { orient } from '../orientation.ts';
import type { RgbImage } from '../rgb-image.ts';
import { colorsOf, toRgb } from './colors.ts';
import { decodeScan } from './decode-scan.ts';
import type { Component, Frame } from './frame.ts';
import { inverseDct } from './inverse-dct.ts';
import { JpegSegments } from './read-segments.ts';
import { MissingBits, requireBoundedWork, requirePlausibleSize } from './scan-work.ts';
import { rowReader } from './upsample.ts';

/**
 * Decodes a JPEG to the RGB of Pillow and libjpeg, in every byte: baseline and progressive, any sampling, gray, color, RGB,
 * CMYK and YCCK, turned upright by EXIF or XMP, as detectron2 and the Hugging Face pipelines do.
 *
 * @param name Of the file, for messages
 * @throws FormatError that names the file
 */
export function decodeJpeg(bytes: Uint8Array, name: string, limits: ImageLimits = IMAGE_LIMITS): RgbImage {
  const segments = new JpegSegments(bytes, name);
  let scan = segments.nextScan(2);
  const { frame } = segments;
  if (scan === null || frame === null) throw segments.cutShort();
  const { width, height, components } = frame;
  checkImageSize(name, width, height, limits);
  const colors = colorsOf(
    components.map(({ id }) => id),
    segments.marks,
  );
  if (colors === null) {
    throw new FormatError(`decodeImage: ${name}: expected 1, 3 or 4 components, got ${components.length}`);
  }
  requireWholeFactors(frame, name);
  requirePlausibleSize(bytes, frame, name);
  requireBoundedWork(bytes, frame, 2, name);
  const missing = new MissingBits(frame);
  for (const component of components) component.coefficients = room(frame, component);
  while (scan !== null) {
    missing.take(scan);
    scan = segments.nextScan(decodeScan(bytes, frame, scan, () => segments.cutShort()));
  }
  if (!missing.areNone()) throw segments.cutShort();
  const rows = components.map((component) => {
    const plane = inverseDct(component);
    component.coefficients = new Int16Array(0); // as large as the picture
    return rowReader(plane, frame.mostAcross / component.across, frame.mostDown / component.down, width);
  });
  return orient({ data: toRgb(rows, colors, width, height), width, height }, segments.orientation);
}

function requireWholeFactors({ components, mostAcross, mostDown }: Frame, name: string): void {
  const isWhole = components.every(({ across, down }) => mostAcross % across === 0 && mostDown % down === 0);
  if (isWhole) return;
  const found = components.map(({ across, down }) => `${across}x${down}`).join(', ');
  throw new FormatError(`decodeImage: ${name}: expected sampling by whole factors, got ${found}`);
}

function room({ unitsDown }: Frame, { down, stride }: Component): Int16Array {
  return new Int16Array(64 * stride * unitsDown * down);
}
