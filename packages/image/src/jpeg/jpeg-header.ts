import { FormatError } from '@seg/checkpoint';

/** One channel of a JPEG and how it is sampled. */
export type JpegComponent = { id: number; across: number; down: number };

/** Header of a JPEG: everything before its pixels. */
export type JpegHeader = {
  width: number;
  height: number;
  /** 1 gray, 3 color, 4 CMYK: the id of each with its samples across and down in a minimum coded unit. */
  components: JpegComponent[];
  /** 1 to 8, from EXIF; 1 where the file does not say. */
  orientation: number;
  /** Adobe's color transform (0 none, 1 YCbCr, 2 YCCK), null without an Adobe segment. */
  adobeTransform: number | null;
  /** Where Adobe's segment begins, null without one. */
  adobeAt: number | null;
  /** Whether there is a JFIF segment, which promises grey or YCbCr. */
  isJfif: boolean;
};

const SOS = 0xda;
const APP0 = 0xe0;
const APP1 = 0xe1;
const APP14 = 0xee;

/**
 * Reads size, colors and orientation from a JPEG's segments, and checks that its last scan is closed (ITU-T T.81,
 * annex B).
 *
 * @throws FormatError where the file is cut short or uses a coding other than baseline or progressive Huffman
 */
export function readJpegHeader(bytes: Uint8Array, name: string): JpegHeader {
  const header: JpegHeader = {
    width: 0,
    height: 0,
    components: [],
    orientation: 1,
    adobeTransform: null,
    adobeAt: null,
    isJfif: false,
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = 2;
  for (;;) {
    while (bytes[offset] === 0xff && bytes[offset + 1] === 0xff) offset++; // fill bytes
    if (offset + 4 > bytes.length) throw cutShort(name, bytes);
    if (bytes[offset] !== 0xff)
      throw new FormatError(`decodeImage: expected a JPEG segment in ${name}, got other bytes`);
    const marker = bytes[offset + 1];
    const end = offset + 2 + view.getUint16(offset + 2);
    if (end > bytes.length) throw cutShort(name, bytes);
    const segment = bytes.subarray(offset + 4, end);
    if (isFrame(marker)) readFrame(header, marker, segment, name);
    else if (marker === APP0) header.isJfif ||= startsWith(segment, 'JFIF\0');
    else if (marker === APP1) header.orientation = exifOrientation(segment) ?? header.orientation;
    else if (marker === APP14 && isAdobe(segment))
      Object.assign(header, { adobeTransform: segment[11], adobeAt: offset });
    else if (marker === SOS) break;
    offset = end;
  }
  if (header.components.length === 0)
    throw new FormatError(`decodeImage: expected a frame header in ${name}, got none`);
  if (!endsWithMarker(bytes, offset)) throw cutShort(name, bytes);
  return header;
}

function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function readFrame(header: JpegHeader, marker: number, segment: Uint8Array, name: string): void {
  if (segment.length < 6 || segment.length < 6 + 3 * segment[5])
    throw new FormatError(`decodeImage: expected a whole frame header in ${name}, got a part`);
  if (marker > 0xc2 || segment[0] !== 8) {
    const found = `SOF${marker - 0xc0} with ${segment[0]} bits`;
    throw new FormatError(`decodeImage: expected ${name} to be a baseline or progressive 8-bit JPEG, got ${found}`);
  }
  header.height = (segment[1] << 8) | segment[2];
  header.width = (segment[3] << 8) | segment[4];
  header.components = Array.from({ length: segment[5] }, (_, i) => {
    const [id, factors] = segment.subarray(6 + 3 * i, 8 + 3 * i);
    return { id, across: factors >> 4, down: factors & 15 };
  });
}

/** Tag 0x0112 of the first directory (EXIF 2.32, section 4.6.4). Null where anything is out of place. */
function exifOrientation(segment: Uint8Array): number | null {
  if (segment.length <= 14 || !startsWith(segment, 'Exif\0')) return null;
  const tiff = new DataView(segment.buffer, segment.byteOffset + 6, segment.byteLength - 6);
  const little = tiff.getUint16(0) === 0x4949;
  const directory = tiff.getUint32(4, little);
  if (directory + 2 > tiff.byteLength) return null;
  const count = tiff.getUint16(directory, little);
  for (let i = 0; i < count; i++) {
    const entry = directory + 2 + 12 * i;
    if (entry + 12 > tiff.byteLength) return null;
    if (tiff.getUint16(entry, little) !== 0x0112) continue;
    const value = tiff.getUint16(entry + 8, little);
    return value >= 1 && value <= 8 ? value : null;
  }
  return null;
}

function isAdobe(segment: Uint8Array): boolean {
  return segment.length >= 12 && startsWith(segment, 'Adobe');
}

function startsWith(segment: Uint8Array, text: string): boolean {
  return String.fromCharCode(...segment.subarray(0, text.length)) === text;
}

/** Whether an end-of-image marker follows the first scan. Bytes after it are none of ours. */
function endsWithMarker(bytes: Uint8Array, from: number): boolean {
  for (let i = bytes.length - 2; i > from; i--) if (bytes[i] === 0xff && bytes[i + 1] === 0xd9) return true;
  return false;
}

function cutShort(name: string, bytes: Uint8Array): FormatError {
  return new FormatError(`decodeImage: expected a whole JPEG in ${name}, got one cut short at ${bytes.length} bytes`);
}
