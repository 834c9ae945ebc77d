import { expectImage } from '../expect-image.ts';
import type { ImageSize, RgbImage } from '../rgb-image.ts';
import { PRECISION_BITS, resampling } from './resampling.ts';
import { type FilterKernel, KERNELS, type ResizeFilter } from './resize-filters.ts';
import { checkSize, nearestIndices } from './resize-labels.ts';

/** One half in fixed point, so that cutting off rounds. */
const HALF = 1 << (PRECISION_BITS - 1);

/** Beyond this many times taller than wide, Pillow shrinks rows before columns (`Image.resize`). */
const VERY_TALL = 100;

/** Options of `resizeImage`. */
export type ResizeOptions = {
  /** Default: bilinear. */
  filter?: ResizeFilter;
};

/**
 * Resizes 8-bit RGB, equal to Pillow's `resize` in every byte and with each of its filters: widened to the scale when
 * shrinking (so it does not alias), columns first, then rows, each pass in fixed point and rounded to bytes (Pillow 12,
 * `Resample.c`). This is what detectron2 and Hugging Face feed their networks.
 *
 * @param size Height and width of the result, at least 1
 * @throws RangeError where image, size or filter is none
 */
export function resizeImage(image: RgbImage, size: ImageSize, { filter = 'bilinear' }: ResizeOptions = {}): RgbImage {
  expectImage('resizeImage', image);
  checkSize('resizeImage', size);
  const [height, width] = size;
  if (filter === 'nearest') return resizeNearest(image, [height, width]);
  const kernel = Object.hasOwn(KERNELS, filter) ? KERNELS[filter] : undefined;
  if (kernel === undefined) throw new RangeError(`resizeImage: expected a filter of Pillow, got ${filter}`);
  const isRowsFirst = image.height > VERY_TALL * image.width && height < image.height;
  const resized = isRowsFirst
    ? resizeWidth(resizeHeight(image, height, kernel), width, kernel)
    : resizeHeight(resizeWidth(image, width, kernel), height, kernel);
  return resized === image ? { data: image.data.slice(), width, height } : resized;
}

function resizeNearest(image: RgbImage, [height, width]: ImageSize): RgbImage {
  const [rows, columns] = [nearestIndices(image.height, height), nearestIndices(image.width, width)];
  const data = new Uint8Array(height * width * 3);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = 3 * (rows[y] * image.width + columns[x]);
      for (let c = 0; c < 3; c++) data[i++] = image.data[from + c];
    }
  }
  return { data, width, height };
}

/** [H, W, 3] → [H, width, 3], the same where the width is */
function resizeWidth(image: RgbImage, width: number, kernel: FilterKernel): RgbImage {
  const { data, width: oldWidth, height } = image;
  if (width === oldWidth) return image;
  const { starts, counts, weights, taps } = resampling(oldWidth, width, kernel);
  const result = new Uint8Array(height * width * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let source = 3 * (y * oldWidth + starts[x]);
      let [red, green, blue] = [HALF, HALF, HALF];
      for (let k = x * taps; k < x * taps + counts[x]; k++, source += 3) {
        red += data[source] * weights[k];
        green += data[source + 1] * weights[k];
        blue += data[source + 2] * weights[k];
      }
      const target = 3 * (y * width + x);
      result[target] = toByte(red);
      result[target + 1] = toByte(green);
      result[target + 2] = toByte(blue);
    }
  }
  return { data: result, width, height };
}

/** [H, W, 3] → [height, W, 3], the same where the height is */
function resizeHeight(image: RgbImage, height: number, kernel: FilterKernel): RgbImage {
  const { data, width, height: oldHeight } = image;
  if (height === oldHeight) return image;
  const { starts, counts, weights, taps } = resampling(oldHeight, height, kernel);
  const rowLength = 3 * width;
  const result = new Uint8Array(height * rowLength);
  const sums = new Int32Array(rowLength);
  for (let y = 0; y < height; y++) {
    sums.fill(HALF);
    for (let k = 0; k < counts[y]; k++) {
      const weight = weights[y * taps + k];
      const source = (starts[y] + k) * rowLength;
      for (let i = 0; i < rowLength; i++) sums[i] += data[source + i] * weight;
    }
    for (let i = 0; i < rowLength; i++) result[y * rowLength + i] = toByte(sums[i]);
  }
  return { data: result, width, height };
}

function toByte(sum: number): number {
  return Math.max(0, Math.min(255, sum >> PRECISION_BITS));
}
