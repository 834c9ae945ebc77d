import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { checkBodies, checkOps, pulled, random } from '../../../test/kernel-checks.ts';
import { maxPoolGradientReference } from './gradient.ts';
import { maxPool } from './max-pool.ts';

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
  test('the gradient of equal maxima goes to the first', async () => {
    const gradient = tf.grad((x) => maxPool(x as tf.Tensor4D, { size: 2 }))(tf.zeros([1, 2, 2, 1]));
    expect([...(await gradient.data())]).toEqual([1, 0, 0, 0]);
  });
});
