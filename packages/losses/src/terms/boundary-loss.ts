import { ShapeError } from '@seg/core/errors';
import * as tf from '@tensorflow/tfjs-core';

import { expectWhole } from '../expect-whole.ts';
import { checkedPair } from './checked-inputs.ts';

/**
 * Signed distance of every pixel to the border of a mask, in pixels: positive outside, the distance to the nearest pixel
 * inside; zero or negative inside, one less than the distance to the nearest pixel outside. Zero everywhere where the mask
 * has no pixel, or all. Kervadec et al. 2019, section 2; distances are Euclidean and exact (Felzenszwalb & Huttenlocher
 * 2012, algorithm 1).
 *
 * @param mask [height · width], nonzero inside, row by row
 * @returns [height · width]
 */
export function signedDistances(mask: ArrayLike<number>, height: number, width: number): Float32Array {
  expectSides(mask.length, height, width);
  const inside = Uint8Array.from({ length: height * width }, (_, i) => (mask[i] ? 1 : 0));
  const distances = new Float32Array(height * width);
  if (!inside.includes(1) || !inside.includes(0)) return distances;
  const toInside = squaredDistances(inside, 1, height, width);
  const toOutside = squaredDistances(inside, 0, height, width);
  for (let i = 0; i < distances.length; i++) {
    distances[i] = inside[i] === 1 ? 1 - Math.sqrt(toOutside[i]) : Math.sqrt(toInside[i]);
  }
  return distances;
}

function expectSides(length: number, height: number, width: number): void {
  for (const [name, side] of Object.entries({ height, width })) expectWhole('signedDistances', name, side, 0);
  if (length === height * width) return;
  throw new ShapeError(`signedDistances: expected a mask of ${height} · ${width} pixels, got ${length}`);
}

/** Squared distance of every pixel to the nearest one of a value: along columns, then along rows. */
function squaredDistances(map: Uint8Array, value: number, height: number, width: number): Float64Array {
  const squared = Float64Array.from(map, (one) => (one === value ? 0 : Number.POSITIVE_INFINITY));
  for (let x = 0; x < width; x++) transformLine(squared, x, width, height);
  for (let y = 0; y < height; y++) transformLine(squared, y * width, 1, width);
  return squared;
}

/** Lower envelope of the parabolas (q − p)² + f(p) over one line, in place. */
function transformLine(values: Float64Array, start: number, stride: number, length: number): void {
  const line = Float64Array.from({ length }, (_, p) => values[start + p * stride]);
  const places: number[] = [];
  const borders: number[] = [];
  for (let q = 0; q < length; q++) {
    if (line[q] === Number.POSITIVE_INFINITY) continue;
    let border = Number.NEGATIVE_INFINITY;
    while (places.length > 0) {
      const p = places[places.length - 1];
      border = (line[q] + q * q - (line[p] + p * p)) / (2 * (q - p));
      if (border > borders[borders.length - 1]) break;
      places.pop();
      borders.pop();
      border = Number.NEGATIVE_INFINITY;
    }
    places.push(q);
    borders.push(border);
  }
  if (places.length === 0) return;
  for (let q = 0, k = 0; q < length; q++) {
    while (k + 1 < places.length && borders[k + 1] < q) k++;
    values[start + q * stride] = (q - places[k]) ** 2 + line[places[k]];
  }
}

/**
 * Boundary loss of masks: the mean of p · distance, p = sigmoid(logits). It can be negative: −Σ of the distances inside is
 * the least. Kervadec et al. 2019, eq. 5. Used beside an overlap term, since alone it does not find a mask.
 *
 * @param logits [M, P]
 * @param distances [M, P] of {@link signedDistances}
 */
export function boundaryLoss(logits: tf.Tensor2D, distances: tf.Tensor2D): tf.Scalar {
  return tf.tidy(() => {
    const [x, d] = checkedPair('boundaryLoss', logits, distances, ['M', 'P'], ['logits', 'distances']);
    return x.size === 0 ? tf.scalar(0) : tf.mean(tf.mul(tf.sigmoid(x), d));
  });
}
