import { FormatError } from '@seg/checkpoint/errors';
import { expectImage, type RgbImage, withoutAlpha } from '@seg/image';

/** Everything of a page that a canvas draws, by name: not every page or worker has each of them. */
const DRAWN = ['VideoFrame', 'ImageBitmap', 'OffscreenCanvas', 'HTMLCanvasElement', 'HTMLVideoElement'] as const;

/**
 * Pixels of what a canvas draws, at its own size; null for all else.
 *
 * @throws RangeError where it has no pixels, FormatError where they are of another origin
 */
export function drawnPixels(image: unknown): RgbImage | null {
  const isDrawn = DRAWN.some((name) => {
    const kind = (globalThis as Record<string, unknown>)[name];
    return typeof kind === 'function' && image instanceof kind;
  });
  if (!isDrawn) return null;
  const [width, height] = sizeOf(image as object);
  if (width === 0 || height === 0)
    throw new RangeError(`Segmenter.stream: expected a frame of pixels, got ${width}x${height}`);
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('Segmenter.stream: expected a canvas to draw frames on, got none');
  context.drawImage(image as CanvasImageSource, 0, 0, width, height);
  const drawn = { data: withoutAlpha(readPixels(context, width, height)), width, height };
  expectImage('Segmenter.stream', drawn);
  return drawn;
}

function readPixels(context: OffscreenCanvasRenderingContext2D, width: number, height: number): Uint8ClampedArray {
  try {
    return context.getImageData(0, 0, width, height).data;
  } catch (error) {
    const expected = 'Segmenter.stream: expected pixels that this page may read';
    throw new FormatError(`${expected}, got those of another origin`, { cause: error });
  }
}

/** Width and height as they are shown: of a `VideoFrame` and a video element not those of `width` and `height`. */
function sizeOf(image: object): [width: number, height: number] {
  const { displayWidth, displayHeight, videoWidth, videoHeight, width, height } = image as Record<string, number>;
  return [displayWidth ?? videoWidth ?? width, displayHeight ?? videoHeight ?? height];
}
