import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { type BodyCase, checkBodies, checkOps, pulled, random } from '../../../test/kernel-checks.ts';
import type { Padding2D } from '../map-layout.ts';
import { maxPoolGradientReference } from './gradient.ts';
import { maxPool, maxPoolReference } from './max-pool.ts';

/** NaN as a number that can be compared. */
function shown(x: tf.Tensor): tf.Tensor {
  return tf.where(tf.isNaN(x), tf.fill(x.shape, 77), x);
}

checkOps([
  {
    title: 'maxPool of overlapping windows',
    shapes: [[2, 7, 8, 3]],
    f: (x) => maxPool(x as tf.Tensor4D, { size: 3, strides: 2, padding: 1 }),
  },
  {
    title: 'maxPool of negative values',
    shapes: [[1, 6, 6, 2]],
    f: (x) => maxPool(tf.sub(x, 9) as tf.Tensor4D, { size: 2, padding: 1 }),
  },
]);

checkBodies([
  ...[3, 8, 10].map(
    (channels): BodyCase => ({
      title: `maxPool of ${channels} channels, with NaN`,
      run: () => {
        const x = random([2, 9, 8, channels], 1) as tf.Tensor4D;
        const isRare = tf.greater(random(x.shape, 2), 1.5);
        const holed = tf.where(isRare, tf.fill<tf.Rank.R4>(x.shape, Number.NaN), x);
        const options = { size: [3, 2], strides: [2, 1] } as { size: [number, number]; strides: [number, number] };
        const padding: Padding2D = [
          [1, 0],
          [0, 1],
        ];
        const fast = maxPool(holed, { ...options, padding });
        const plain = maxPoolReference({ x: holed }, { ...options, padding });
        return { fast: [tf.isNaN(fast), shown(fast)], plain: [tf.isNaN(plain), shown(plain)] };
      },
    }),
  ),
  {
    title: 'the gradient of maxPool',
    run: () => {
      const x = tf.sub(tf.round(tf.mul(random([2, 9, 8, 3], 1), 2)), 5) as tf.Tensor4D; // negative, with many equal values
      const attrs = {
        size: [3, 3],
        strides: [2, 2],
        padding: [
          [1, 1],
          [1, 1],
        ],
      } as const;
      const y = maxPool(x, { size: 3, strides: 2, padding: 1 });
      const dy = random(y.shape, 2) as tf.Tensor4D;
      return {
        fast: pulled((z) => maxPool(z as tf.Tensor4D, { size: 3, strides: 2, padding: 1 }), [x], dy),
        plain: [maxPoolGradientReference({ dy, x, y }, attrs as never)],
      };
    },
  },
]);

// expected values: torch.nn.functional in float64
onEveryBackend('maxPool against PyTorch', () => {
  test('a window that holds NaN is NaN, wherever in it', async () => {
    const x = tf.tensor4d([Number.NaN, 1, 2, 3, 4, 5, 6, 7, Number.NaN], [1, 3, 3, 1]);
    const y = await maxPool(x, { size: 2, strides: 1 }).data();
    expect([...y]).toEqual([Number.NaN, 5, 7, Number.NaN]);
    const none = await maxPool(tf.fill([1, 4, 4, 4], Number.NaN), { size: 3, strides: 2, padding: 1 }).data();
    expect([...none].every(Number.isNaN)).toBe(true);
  });

  test('the gradient of equal maxima goes to the first', async () => {
    const gradient = tf.grad((x) => maxPool(x as tf.Tensor4D, { size: 2 }))(tf.zeros([1, 2, 2, 1]));
    expect([...(await gradient.data())]).toEqual([1, 0, 0, 0]);
  });
});

onEveryBackend(
  'maxPool of −∞, the lowest finite number on native TensorFlow',
  () => {
    test('a padded window of −∞ is −∞', async () => {
      const x = tf.fill([1, 2, 2, 4], Number.NEGATIVE_INFINITY) as tf.Tensor4D;
      const y = await maxPool(x, { size: 3, strides: 2, padding: 1 }).data();
      expect([...y]).toEqual(Array(4).fill(Number.NEGATIVE_INFINITY));
      const gradient = tf.grad((z) => maxPool(z as tf.Tensor4D, { size: 2, padding: 1 }))(tf.fill([1, 2, 2, 1], -1));
      expect([...(await gradient.data())]).toEqual([1, 1, 1, 1]);
    });
  },
  { only: ['cpu', 'wasm'] },
);
