import { expectClose, onEveryBackend, watchGpu } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { layerNorm } from '../layer-norm/layer-norm.ts';

onEveryBackend(
  'uniforms of a dispatch',
  () => {
    test('that come again are not written; other numbers have a buffer of their own', async () => {
      const [three, four] = [3, 4].map((rows) => tf.tile(tf.tensor2d([[1, -1]]), [rows, 3])); // variance 1, mean 0
      const [gain, bias] = [tf.ones([6]), tf.zeros([6])];
      const normed = (x: tf.Tensor, epsilon: number) => layerNorm(x, gain, bias, epsilon);
      await normed(three, 3).data();
      const { counts, stop } = watchGpu({ drops: false });
      const again = normed(three, 3);
      const once = normed(three, 8);
      stop();
      expect(counts).toMatchObject({ dispatches: 2, writes: 1 });
      await expectClose(again, tf.div(three, 2));
      await expectClose(once, tf.div(three, 3));
      await expectClose(normed(three, 8), once);
      await expectClose(normed(four, 3), tf.div(four, 2));
      await expectClose(normed(three, 0), three);
    });
  },
  { only: ['webgpu'] },
);
