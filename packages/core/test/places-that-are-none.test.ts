import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { deformableSampling } from '../src/kernels/deformable-sampling/deformable-sampling.ts';
import { offsetSampling, offsetSamplingOfParts } from '../src/kernels/deformable-sampling/offset-sampling.ts';
import { gridSample, samplePoints } from '../src/kernels/sample-points/sample-points.ts';

const N = Number.NaN;
const I = Number.POSITIVE_INFINITY;

/** Places in [0, 1]² on a map of ones, and the sample there: those outside of all maps are zero, those that are NaN lie nowhere. */
const PLACES: [x: number, y: number, sample: number][] = [
  [0.5, 0.5, 1],
  [N, 0.5, N],
  [0.5, N, N],
  [N, N, N],
  [N, 40, N],
  [-40, N, N],
  [I, 0.5, 0],
  [0.5, -I, 0],
  [I, -I, 0],
  [N, I, N],
  [-40, 0.5, 0],
  [0.4, 0.6, 1],
];
const SAMPLES = PLACES.map(([, , sample]) => sample);
const QUERIES = PLACES.length;
const places = () => tf.tensor(PLACES.map(([x, y]) => [x, y]));

const rowsOf = async (x: tf.Tensor): Promise<number[][]> => (await tf.reshape(x, [QUERIES, -1]).array()) as number[][];

/** Each channel of every query has one value. */
async function expectSamples(x: tf.Tensor, expected: readonly number[]): Promise<void> {
  for (const [k, row] of (await rowsOf(x)).entries()) {
    for (const value of row) {
      if (Number.isNaN(expected[k])) expect(value, `query ${k}`).toBeNaN();
      else expect(value, `query ${k}`).toBeCloseTo(expected[k]!, 5);
    }
  }
}

onEveryBackend('places that are NaN or infinite', () => {
  test.each([1, 4, 5])('samples of %i channels', async (channels) => {
    const map = tf.ones([1, 5, 6, channels]) as tf.Tensor4D;
    await expectSamples(samplePoints(map, tf.reshape(places(), [1, QUERIES, 2])), SAMPLES);
    const grid = tf.reshape(tf.sub(tf.mul(places(), 2), 1), [1, QUERIES, 1, 2]) as tf.Tensor4D;
    await expectSamples(gridSample(map, grid), SAMPLES);
  });

  test.each([1, 4, 5])('gradients of samples of %i channels', async (channels) => {
    const value = tf.ones([1, 60, 1, channels]) as tf.Tensor4D;
    const at = tf.tile(tf.reshape(places(), [1, QUERIES, 1, 1, 1, 2]), [1, 1, 1, 2, 1, 1]);
    const weights = tf.ones([1, QUERIES, 1, 2, 1]);
    const sample = (v: tf.Tensor, x: tf.Tensor, a: tf.Tensor) =>
      deformableSampling(v as tf.Tensor4D, x, a, [[5, 6], [5, 6]]); // biome-ignore format: two levels
    const y = sample(value, at, weights);
    await expectSamples(y, SAMPLES.map((sample) => 2 * sample)); // biome-ignore format: a sum of two
    const [dValue, dAt, dWeights] = tf.grads(sample)([value, at, weights], tf.onesLike(y));
    await expectSamples(dAt!, SAMPLES.map((sample) => (Number.isNaN(sample) ? N : 0))); // biome-ignore format: flat
    await expectSamples(dWeights!, SAMPLES.map((sample) => channels * sample)); // biome-ignore format: one
    const lost = (await dValue!.data()).filter((slope) => Number.isNaN(slope));
    expect(lost).toHaveLength(2 * channels); // of the first pixel of each level
  });

  test('a weight that is NaN, inside and outside', async () => {
    const weights = tf.tensor(PLACES.map(() => N), [1, QUERIES, 1, 1, 1]); // biome-ignore format: one
    const at = tf.reshape(places(), [1, QUERIES, 1, 1, 1, 2]);
    const y = deformableSampling(tf.ones([1, 30, 1, 4]), at, weights, [[5, 6]]);
    await expectSamples(y, SAMPLES.map(() => N)); // biome-ignore format: one
  });

  test.each([1, 5])('samples from offsets, %i points', async (points) => {
    const size = [5, 6] as [number, number];
    const reference = tf.fill([1, QUERIES, 1, 2], 0.5) as tf.Tensor4D;
    const offset = tf.mul(tf.sub(places(), 0.5), tf.tensor1d([6, 5]));
    const fine = tf.zeros([QUERIES, 2 * (points - 1)]);
    const offsets = tf.reshape(tf.concat([offset, fine], 1), [1, QUERIES, 2 * points]) as tf.Tensor3D;
    const logits = tf.zeros([1, QUERIES, points]) as tf.Tensor3D;
    const expected = SAMPLES.map((sample) => (sample + points - 1) / points);
    const value = tf.ones([1, 30, 4]) as tf.Tensor3D;
    await expectSamples(
      offsetSampling({ value: tf.reshape(value, [1, 30, 1, 4]), offsets, logits, reference }, [size]),
      expected,
    );
    const samples = tf.concat([offsets, logits, tf.zeros([1, QUERIES, points])], 2) as tf.Tensor3D;
    const first = { value: 0, offsets: 0, logits: 2 * points };
    const attrs = { levels: [size], numHeads: 1, dim: 4, numPoints: points, first };
    await expectSamples(offsetSamplingOfParts({ value, samples, reference }, attrs), expected);
    const none = tf.fill([1, QUERIES, points], N) as tf.Tensor3D;
    const outside = tf.fill([1, QUERIES, 2 * points], 1e9) as tf.Tensor3D;
    const lost = { value: tf.reshape(value, [1, 30, 1, 4]) as tf.Tensor4D, offsets: outside, logits: none, reference };
    await expectSamples(offsetSampling(lost, [size]), SAMPLES.map(() => N)); // biome-ignore format: one
  });
});
