import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

const [N, I] = [Number.NaN, Number.POSITIVE_INFINITY];
const [LEAST, MOST] = [-(2 ** 31), 2 ** 31 - 1];

type Reduction = (x: tf.Tensor, axis?: number, keepDims?: boolean) => tf.Tensor;
const anyOf: Reduction = (x, axis, keepDims) => tf.any(tf.cast(x, 'bool'), axis, keepDims);
const allOf: Reduction = (x, axis, keepDims) => tf.all(tf.cast(x, 'bool'), axis, keepDims);

/** Of nothing: the value as NumPy has it, extremes what they begin with; the type that tfjs gives of something. */
const REDUCTIONS: [string, Reduction, Record<string, [value: number, dtype: string]>][] = [
  ['sum', tf.sum, { float32: [0, 'float32'], int32: [0, 'int32'], bool: [0, 'int32'] }],
  ['prod', tf.prod, { float32: [1, 'float32'], int32: [1, 'int32'], bool: [1, 'int32'] }],
  ['mean', tf.mean, { float32: [N, 'float32'], int32: [N, 'float32'], bool: [N, 'float32'] }],
  ['max', tf.max, { float32: [-I, 'float32'], int32: [LEAST, 'int32'], bool: [0, 'bool'] }],
  ['min', tf.min, { float32: [I, 'float32'], int32: [MOST, 'int32'], bool: [1, 'bool'] }],
  ['any', anyOf, { bool: [0, 'bool'] }],
  ['all', allOf, { bool: [1, 'bool'] }],
  ['argMax', tf.argMax, { float32: [0, 'int32'], int32: [0, 'int32'], bool: [0, 'int32'] }],
  ['logSumExp', tf.logSumExp, { float32: [-I, 'float32'] }],
];

/** Blocks of a heap that are full of something. */
function soilHeap(): void {
  for (let i = 0; i < 20; i++) tf.dispose(tf.fill([3 + i], 25_920 + i, 'int32'));
}

onEveryBackend('reductions of nothing', () => {
  test.each(REDUCTIONS)('%s', async (_, reduce, expected) => {
    for (const [dtype, [value, ofResult]] of Object.entries(expected)) {
      for (const [shape, axis] of [
        [[0, 3], 0],
        [[3, 0], 1],
        [[3, 0, 2], 1],
      ] as [number[], number][]) {
        // biome-ignore format: cases
        soilHeap();
        const y = reduce(tf.tensor([], shape, dtype as 'float32'), axis);
        expect([y.dtype, y.shape]).toEqual([ofResult, shape.filter((_, at) => at !== axis)]);
        expect([...(await y.data())], dtype).toEqual(new Array(y.size).fill(value));
        expect(reduce(tf.tensor([], shape, dtype as 'float32'), axis === 0 ? 1 : 0).size).toBe(0);
      }
      expect((await reduce(tf.tensor([], [0], dtype as 'float32')).data())[0]).toBe(value);
    }
  });

  test.each(REDUCTIONS.slice(0, 7))('%s keeps axes of one', async (_, reduce, { bool }) => {
    const y = reduce(tf.tensor([], [2, 0], 'bool'), 1, true);
    expect(y.shape).toEqual([2, 1]);
    expect([...(await y.data())]).toEqual([bool![0], bool![0]]);
  });

  test('bools are what is not zero', async () => {
    const floats = tf.cast(tf.tensor1d([0, 2, 0.5, -1, N, -0, I]), 'bool');
    expect([...(await floats.data())].map(Number)).toEqual([0, 1, 1, 1, 1, 0, 1]);
    const integers = tf.cast(tf.tensor1d([0, 256, 1, -1, 65_536], 'int32'), 'bool');
    expect([...(await integers.data())].map(Number)).toEqual([0, 1, 1, 1, 1]);
    expect(tf.cast(tf.zeros([0, 2]), 'bool').size).toBe(0);
  });
});
