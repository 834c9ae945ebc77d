import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

/** Numbers that tell where they lie in [2, 3, 4, 5]: 1000 n + 100 y + 10 x + c. */
const numbered = (dtype: 'float32' | 'int32') =>
  tf.tensor4d(
    Array.from(
      { length: 120 },
      (_, i) => 1000 * Math.floor(i / 60) + 100 * (Math.floor(i / 20) % 3) + 10 * (Math.floor(i / 5) % 4) + (i % 5),
    ),
    [2, 3, 4, 5],
    dtype,
  );

onEveryBackend('cutting and joining', () => {
  test.each([0, 1, 2, 3])('a slice along axis %i holds the places asked for', async (axis) => {
    for (const dtype of ['float32', 'int32'] as const) {
      const x = numbered(dtype);
      const begin = [0, 1, 2, 3].map((at) => (at === axis ? 1 : 0));
      const size = x.shape.map((side, at) => (at === axis ? side - 1 : -1));
      const cut = tf.slice(x, begin, size);
      expect([cut.dtype, cut.shape[axis]]).toEqual([dtype, x.shape[axis]! - 1]);
      const weight = [1000, 100, 10, 1][axis]!;
      const values = [...(await cut.data())];
      expect(values.every((value) => Math.floor(value / weight) % 10 > 0)).toBe(true);
      expect(new Set(values).size).toBe(values.length);
    }
  });

  test('places beyond the end are refused', () => {
    expect(() => tf.slice(tf.range(0, 4), [2], [5])).toThrow();
    expect(() => tf.slice(numbered('int32'), [0, 2, 0, 0], [-1, 2, -1, -1])).toThrow();
  });

  test.each([0, 1, 2, 3])('what is split along axis %i and joined again is as before', async (axis) => {
    for (const dtype of ['float32', 'int32'] as const) {
      const x = numbered(dtype);
      const parts = tf.split(x, [1, x.shape[axis]! - 1], axis);
      expect(parts.map(({ shape }) => shape[axis])).toEqual([1, x.shape[axis]! - 1]);
      const joined = tf.concat(parts, axis);
      expect([...(await joined.data())]).toEqual([...(await x.data())]);
      const turned = tf.concat(parts.reverse(), axis); // the first place is the last now
      expect([...(await tf.slice(turned, axis === 0 ? [1] : [0], axis === 0 ? [1] : [-1]).data())]).toHaveLength(
        axis === 0 ? 60 : 120,
      );
    }
  });

  test('several axes at once, and none', async () => {
    const x = numbered('float32');
    expect([...(await tf.slice(x, [1, 2, 3, 4], [1, 1, 1, 1]).data())]).toEqual([1234]);
    expect([...(await tf.slice(x, [0, 1, 0, 0], [1, 2, 1, 2]).data())]).toEqual([100, 101, 200, 201]);
    expect([...(await tf.slice(x, 0).data())]).toEqual([...(await x.data())]);
    expect(tf.slice(x, [0, 3, 0, 0], [-1, 0, -1, -1]).shape).toEqual([2, 0, 4, 5]);
    expect(tf.concat([x, tf.zeros([2, 0, 4, 5])], 1).shape).toEqual([2, 3, 4, 5]);
  });
});
