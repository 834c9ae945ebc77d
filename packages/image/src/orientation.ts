import { expectImage } from './expect-image.ts';
import type { RgbImage } from './rgb-image.ts';

/**
 * Turns and mirrors an image so that it stands upright.
 *
 * @param orientation EXIF's 1 to 8: the corner of the scene that the first row and column show (EXIF 2.32, 4.6.4 A)
 * @throws RangeError at others
 */
export function orient(image: RgbImage, orientation: number): RgbImage {
  expectImage('orientImage', image);
  if (!(Number.isInteger(orientation) && orientation >= 1 && orientation <= 8)) {
    throw new RangeError(`orientImage: expected a whole number of 1 to 8, got ${JSON.stringify(orientation)}`);
  }
  if (orientation === 1) return image;
  const { data, width, height } = image;
  const swapsSides = orientation >= 5;
  const [newWidth, newHeight] = swapsSides ? [height, width] : [width, height];
  const upright = new Uint8Array(data.length);
  for (let y = 0; y < newHeight; y++) {
    for (let x = 0; x < newWidth; x++) {
      const source = 3 * sourceIndex(orientation, x, y, width, height);
      const target = 3 * (y * newWidth + x);
      for (let c = 0; c < 3; c++) upright[target + c] = data[source + c];
    }
  }
  return { data: upright, width: newWidth, height: newHeight };
}

/** Index of the stored pixel that shows the upright pixel (x, y). */
function sourceIndex(orientation: number, x: number, y: number, width: number, height: number): number {
  const [column, row] = orientation >= 5 ? [y, x] : [x, y];
  const mirrorsColumns = orientation === 2 || orientation === 3 || orientation === 7 || orientation === 8;
  const mirrorsRows = orientation === 3 || orientation === 4 || orientation === 6 || orientation === 7;
  return (mirrorsRows ? height - 1 - row : row) * width + (mirrorsColumns ? width - 1 - column : column);
}

/** Number of the tag (EXIF 2.32, section 4.6.4). */
const ORIENTATION_TAG = 0x0112;

/** Bytes of the types SHORT, LONG, SSHORT and SLONG (EXIF 2.32, section 4.6.2). Pillow takes BYTE for no number. */
const NUMBER_BYTES: Readonly<Record<number, number>> = { 3: 2, 4: 4, 8: 2, 9: 4 };

/**
 * Reads the orientation of EXIF's first directory, stored as SHORT or LONG.
 *
 * @param tiff From the byte order on
 * @returns 1 to 8, null where anything is out of place
 */
export function exifOrientation(tiff: Uint8Array): number | null {
  if (tiff.length < 8) return null;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const little = view.getUint16(0) === 0x4949;
  const directory = view.getUint32(4, little);
  if (directory + 2 > tiff.length) return null;
  const count = view.getUint16(directory, little);
  for (let i = 0; i < count; i++) {
    const entry = directory + 2 + 12 * i;
    if (entry + 12 > tiff.length) return null;
    if (view.getUint16(entry, little) !== ORIENTATION_TAG) continue;
    const bytes = NUMBER_BYTES[view.getUint16(entry + 2, little)];
    if (bytes === undefined) return null;
    const place = entry + 8;
    const value = bytes === 2 ? view.getUint16(place, little) : view.getUint32(place, little);
    return value >= 1 && value <= 8 ? value : null;
  }
  return null;
}

/** Reads the orientation of an XMP packet, as Pillow finds it. @returns 1 to 8, null where there is none */
export function xmpOrientation(packet: Uint8Array): number | null {
  const found = /tiff:Orientation(?:="|>)([0-9])/.exec(new TextDecoder('latin1').decode(packet));
  const value = Number(found?.[1] ?? 0);
  return value >= 1 && value <= 8 ? value : null;
}
