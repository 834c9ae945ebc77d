import { expectClose, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { checkBodies, random } from '../../../test/kernel-checks.ts';
import { globalNorm, globalNormReference } from './global-norm.ts';

checkBodies([
  {
    title: 'globalNorm of 17 tensors, one of them of many chunks',
    run: () => {
      const tensors = Array.from({ length: 17 }, (_, i) => random(i === 9 ? [233, 171] : [i + 1, 3], i));
      return { fast: [globalNorm(tensors)], plain: [globalNormReference(Object.fromEntries(tensors.entries()))] };
    },
    tolerance: 2e-5,
  },
]);

onEveryBackend('globalNorm', () => {
  test('of 3 and 4 is 5; of nothing 0; of NaN NaN', async () => {
    await expectClose(globalNorm([tf.scalar(3), tf.zeros([0, 2]), tf.tensor1d([0, 4])]), [5]);
    await expectClose(globalNorm([]), [0]);
    const [none] = await globalNorm([tf.scalar(1), tf.scalar(Number.NaN)]).data();
    expect(none).toBeNaN();
  });
});
