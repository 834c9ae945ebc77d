import { FormatError } from '@seg/checkpoint/safetensors';

import { decodeImage } from '../decode-image.ts';
import { ByteReader } from './byte-reader.ts';
import { JpegEnd } from './jpeg-end.ts';
import { decodePpm, ppmBytes } from './ppm.ts';
import { type FrameOptions, type TimedImage, timing } from './timed-image.ts';

/** Most bytes of one frame: a PNG of 50 megapixels that nothing compresses has 150 MB. */
const MOST_BYTES = 200 * 2 ** 20;

/** Bytes that are looked at, at first and at least, for the end of a frame: small ones are found in one step. */
const STEP = 2 ** 16;

/** First bytes of the formats that come one behind the other. */
const SIGNATURES = {
  png: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  jpeg: [0xff, 0xd8, 0xff],
  ppm: [0x50, 0x36],
} as const;

/** Format of frames that are images. */
export type FrameFormat = keyof typeof SIGNATURES;

/**
 * Reads PPM, PNG or JPEG images that stand one behind the other: `ffmpeg … -f image2pipe -c:v ppm -`, or `png`, or `mjpeg`.
 * Every image says itself what it is.
 *
 * @throws FormatError where there is none, the last one is cut, or one is of another kind
 */
export async function* imageFrames(
  bytes: AsyncIterable<Uint8Array>,
  options: FrameOptions = {},
): AsyncGenerator<TimedImage, void, undefined> {
  const timeOf = timing('imageFrames', options);
  const reader = new ByteReader(bytes);
  try {
    for (let number = 0; ; number++) {
      const start = await reader.peek(8);
      if (start.length === 0 && number > 0) return;
      if (start.length === 0) throw new FormatError('imageFrames: expected PPM, PNG or JPEG images, got no bytes');
      const format = formatOf(start, number);
      const frame = await reader.take(await frameLength(reader, format, number));
      const name = `frame ${number}`;
      const image = format === 'ppm' ? decodePpm(frame, name) : await decodeImage(frame, name);
      yield { image, ...timeOf(number) };
    }
  } finally {
    await reader.stop();
  }
}

function formatOf(start: Uint8Array, number: number): FrameFormat {
  const found = (Object.keys(SIGNATURES) as FrameFormat[]).find((format) =>
    SIGNATURES[format].every((byte, i) => start[i] === byte),
  );
  if (found !== undefined) return found;
  const hex = Array.from(start.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  throw new FormatError(`imageFrames: expected frame ${number} to be a PPM, PNG or JPEG image, got bytes ${hex}`);
}

/** Bytes from the start of a frame to its end, of which more and more is looked at. */
async function frameLength(reader: ByteReader, format: FrameFormat, number: number): Promise<number> {
  const jpeg = new JpegEnd();
  for (let count = STEP; ; count = Math.min(2 * count, MOST_BYTES)) {
    const bytes = await reader.peek(count);
    const length = { png: pngLength, jpeg: (piece: Uint8Array) => jpeg.find(piece), ppm: ppmLength }[format](
      bytes,
      number,
    );
    if (length !== null && length <= bytes.length) return length;
    if (bytes.length < count) {
      throw new FormatError(`imageFrames: expected frame ${number} (${format}) whole, got ${bytes.length} bytes of it`);
    }
    if (count === MOST_BYTES) {
      throw new FormatError(`imageFrames: expected frame ${number} (${format}) within ${MOST_BYTES} bytes, got more`);
    }
  }
}

function ppmLength(bytes: Uint8Array, number: number): number | null {
  return ppmBytes(bytes, `frame ${number}`);
}

/** Goes from chunk to chunk: length, type, data, checksum (ISO 15948, 5.3). */
function pngLength(bytes: Uint8Array): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 8; at + 8 <= bytes.length; ) {
    const isEnd = view.getUint32(at + 4) === 0x49454e44; // IEND
    at += 12 + view.getUint32(at);
    if (isEnd) return at;
  }
  return null;
}
