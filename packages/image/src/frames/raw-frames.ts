import { ANYTHING, expectOptions } from '@seg/checkpoint/expect-options';
import { FormatError } from '@seg/checkpoint/safetensors';
import { checkImageSize, IMAGE_LIMITS } from '../image-limits.ts';
import { ByteReader } from './byte-reader.ts';
import { type FrameOptions, type TimedImage, timing } from './timed-image.ts';

/** Places of red, green and blue in a pixel, and its bytes, by the names that ffmpeg has for them. */
const PIXELS = {
  rgb24: { places: [0, 1, 2], bytes: 3 },
  bgr24: { places: [2, 1, 0], bytes: 3 },
  rgba: { places: [0, 1, 2], bytes: 4 },
  bgra: { places: [2, 1, 0], bytes: 4 },
  gray: { places: [0, 0, 0], bytes: 1 },
} as const;

/** Names of options, which are checked where they are read. */
const RAW = { fps: ANYTHING, width: ANYTHING, height: ANYTHING, pixelFormat: ANYTHING };

/** Order of bytes in a pixel; alpha is not read. */
export type PixelFormat = keyof typeof PIXELS;

/** Names of the formats of raw pixels. */
export const PIXEL_FORMATS = Object.keys(PIXELS) as readonly PixelFormat[];

/** Size and format of raw frames. */
export type RawFrameOptions = FrameOptions & { width: number; height: number; pixelFormat?: PixelFormat };

/**
 * Reads frames without any header, row by row, one behind the other: `ffmpeg … -f rawvideo -pix_fmt rgb24 -`.
 *
 * @throws FormatError where there is none, or the last one is cut
 */
export async function* rawFrames(
  bytes: AsyncIterable<Uint8Array>,
  options: RawFrameOptions,
): AsyncGenerator<TimedImage, void, undefined> {
  expectOptions<object>('rawFrames', options ?? null, RAW);
  const { width, height, pixelFormat = 'rgb24', fps } = options;
  const timeOf = timing('rawFrames', { fps });
  const size = frameBytes(width, height, pixelFormat);
  const reader = new ByteReader(bytes);
  const kind = `${size} bytes of ${width}x${height} ${pixelFormat}`;
  try {
    for (let number = 0; ; number++) {
      const frame = await reader.take(size);
      if (frame.length === 0 && number > 0) return;
      if (frame.length === 0) throw new FormatError(`rawFrames: expected a frame (${kind}), got no bytes`);
      if (frame.length < size) {
        throw new FormatError(
          `rawFrames: expected frame ${number} whole (${kind}), got ${frame.length}: cut, or of another size`,
        );
      }
      yield { image: { data: toRgb(frame, pixelFormat), width, height }, ...timeOf(number) };
    }
  } finally {
    await reader.stop();
  }
}

function frameBytes(width: number, height: number, pixelFormat: PixelFormat): number {
  if (!Object.hasOwn(PIXELS, pixelFormat)) {
    throw new FormatError(`rawFrames: expected pixels ${PIXEL_FORMATS.join(', ')}, got ${pixelFormat}`);
  }
  if (![width, height].every(Number.isSafeInteger)) {
    throw new FormatError(`rawFrames: expected width and height in pixels, got ${width} and ${height}`);
  }
  checkImageSize('frames', width, height, IMAGE_LIMITS);
  return width * height * PIXELS[pixelFormat].bytes;
}

/** A copy: the pieces that bytes come in may be used again. */
function toRgb(frame: Uint8Array, pixelFormat: PixelFormat): Uint8Array {
  if (pixelFormat === 'rgb24') return frame.slice();
  const { places, bytes } = PIXELS[pixelFormat];
  const data = new Uint8Array((frame.length / bytes) * 3);
  for (let to = 0, from = 0; to < data.length; to += 3, from += bytes) {
    for (let c = 0; c < 3; c++) data[to + c] = frame[from + places[c]];
  }
  return data;
}
