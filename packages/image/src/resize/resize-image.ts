import type { ImageSize, RgbImage } from '../rgb-image.ts';

/** Bits of a weight in fixed point: 32 − 8 for a byte − 2 for the sum's headroom (`Resample.c`). */
const PRECISION_BITS = 22;

/** One half in fixed point, so that cutting off rounds. */
const HALF = 1 << (PRECISION_BITS - 1);

/** For each output position: the first input it reads, and `taps` weights (zero beyond its own). */
type Resampling = { starts: Int32Array; counts: Int32Array; weights: Int32Array; taps: number };

/**
 * Bilinear resize of 8-bit RGB, equal to Pillow's `resize(..., BILINEAR)` in every byte: widened to the scale when
 * shrinking (so it does not alias), columns first, then rows, each pass in fixed point and rounded to bytes
 * (Pillow 12, `Resample.c`). This is what detectron2 and Hugging Face feed their networks.
 *
 * @param size Height and width of the result, at least 1
 */
export function resizeImage(image: RgbImage, [height, width]: ImageSize): RgbImage {
  checkSize('resizeImage', [height, width]);
  const wide = width === image.width ? image.data : resizeRows(image, width);
  const data = height === image.height ? wide : resizeColumns(wide, image.height, width, height);
  return { data: data === image.data ? data.slice() : data, width, height };
}

/** [H, W, 3] → [H, width, 3] */
function resizeRows({ data, width: oldWidth, height }: RgbImage, width: number): Uint8Array {
  const { starts, counts, weights, taps } = resampling(oldWidth, width);
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
  return result;
}

/** [H, W, 3] → [height, W, 3] */
function resizeColumns(data: ArrayLike<number>, oldHeight: number, width: number, height: number): Uint8Array {
  const { starts, counts, weights, taps } = resampling(oldHeight, height);
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
  return result;
}

/** Triangle-filter weights in fixed point, normalized before they are rounded. */
function resampling(oldSize: number, size: number): Resampling {
  const scale = oldSize / size;
  const support = Math.max(1, scale);
  const taps = 2 * Math.ceil(support) + 1;
  const [starts, counts] = [new Int32Array(size), new Int32Array(size)];
  const weights = new Int32Array(size * taps);
  const triangle = new Float64Array(taps);
  for (let i = 0; i < size; i++) {
    const center = (i + 0.5) * scale;
    starts[i] = Math.max(0, Math.trunc(center - support + 0.5));
    counts[i] = Math.min(oldSize, Math.trunc(center + support + 0.5)) - starts[i];
    let sum = 0;
    for (let k = 0; k < counts[i]; k++) {
      triangle[k] = Math.max(0, 1 - Math.abs((k + starts[i] - center + 0.5) * (1 / support)));
      sum += triangle[k];
    }
    for (let k = 0; k < counts[i]; k++) {
      weights[i * taps + k] = Math.trunc(0.5 + (triangle[k] / sum) * 2 ** PRECISION_BITS);
    }
  }
  return { starts, counts, weights, taps };
}

function toByte(sum: number): number {
  return Math.max(0, Math.min(255, sum >> PRECISION_BITS));
}

/** @throws RangeError where a side is no whole number of 1 or more */
export function checkSize(where: string, size: ImageSize): void {
  if (size.every((side) => Number.isInteger(side) && side >= 1)) return;
  throw new RangeError(`${where}: expected a height and width of 1 or more, got ${size.join('x')}`);
}
