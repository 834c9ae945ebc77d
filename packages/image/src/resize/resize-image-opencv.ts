import { expectImage } from '../expect-image.ts';
import type { ImageSize, RgbImage } from '../rgb-image.ts';
import { checkSize } from './resize-labels.ts';
import { roundHalfEven } from './round-half-even.ts';

/** For each output position: the two inputs it reads and their weights, in 2048ths. */
type Taps = { first: Int32Array; second: Int32Array; firstWeight: Int32Array; secondWeight: Int32Array };

/**
 * Bilinear resize of 8-bit RGB, equal to OpenCV's `resize(..., INTER_LINEAR)` in every byte: two inputs an axis however
 * much it shrinks, in 11-bit fixed point, the rows' shares rounded down to quarters; exact halves are means of 2×2
 * (OpenCV 5, `resize.cpp`). This is what mmdetection feeds its networks.
 *
 * @param size Height and width of the result, at least 1
 */
export function resizeImageOpenCv(image: RgbImage, size: ImageSize): RgbImage {
  expectImage('resizeImageOpenCv', image);
  checkSize('resizeImageOpenCv', size);
  const [height, width] = size;
  const isHalf = image.height === 2 * height && image.width === 2 * width;
  return { data: isHalf ? halved(image, size) : interpolated(image, size), width, height };
}

function interpolated({ data, width: oldWidth, height: oldHeight }: RgbImage, [height, width]: ImageSize): Uint8Array {
  const columns = taps(oldWidth, width, true);
  const rows = taps(oldHeight, height, false);
  const result = new Uint8Array(height * width * 3);
  for (let y = 0, i = 0; y < height; y++) {
    const [top, bottom] = [3 * rows.first[y] * oldWidth, 3 * rows.second[y] * oldWidth];
    for (let x = 0; x < width; x++) {
      const [left, right] = [3 * columns.first[x], 3 * columns.second[x]];
      const [a, b] = [columns.firstWeight[x], columns.secondWeight[x]];
      for (let c = 0; c < 3; c++, i++) {
        const above = data[top + left + c] * a + data[top + right + c] * b;
        const below = data[bottom + left + c] * a + data[bottom + right + c] * b;
        const sum = ((rows.firstWeight[y] * (above >> 4)) >> 16) + ((rows.secondWeight[y] * (below >> 4)) >> 16);
        result[i] = (sum + 2) >> 2;
      }
    }
  }
  return result;
}

function halved({ data, width: oldWidth }: RgbImage, [height, width]: ImageSize): Uint8Array {
  const result = new Uint8Array(height * width * 3);
  for (let i = 0; i < result.length; i++) {
    const [y, x, c] = [Math.floor(i / (3 * width)), Math.floor(i / 3) % width, i % 3];
    const from = 3 * (2 * y * oldWidth + 2 * x) + c;
    const below = from + 3 * oldWidth;
    result[i] = (data[from] + data[from + 3] + data[below] + data[below + 3] + 2) >> 2;
  }
  return result;
}

/** @param snaps Whether positions beyond the outermost centers take one input alone: OpenCV does so for columns. */
function taps(oldSize: number, size: number, snaps: boolean): Taps {
  const [first, second] = [new Int32Array(size), new Int32Array(size)];
  const [firstWeight, secondWeight] = [new Int32Array(size), new Int32Array(size)];
  for (let i = 0; i < size; i++) {
    const position = Math.fround(((i + 0.5) * oldSize) / size - 0.5);
    const low = Math.floor(position);
    const isOutside = low < 0 || low >= oldSize - 1;
    const fraction = snaps && isOutside ? 0 : Math.fround(position - low);
    first[i] = Math.min(oldSize - 1, Math.max(0, low));
    second[i] = Math.min(oldSize - 1, Math.max(0, low + 1));
    firstWeight[i] = roundHalfEven(Math.fround(1 - fraction) * 2048);
    secondWeight[i] = roundHalfEven(fraction * 2048);
  }
  return { first, second, firstWeight, secondWeight };
}
