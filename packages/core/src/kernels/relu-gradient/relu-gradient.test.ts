import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { checkBodies, random } from '../../../test/kernel-checks.ts';
import { reluGradient, reluGradientReference } from './relu-gradient.ts';

checkBodies([
  {
    title: 'reluGradient',
    run: () => {
      const [dy, y] = [random([701, 7], 1), tf.relu(random([701, 7], 2))];
      return { fast: [reluGradient(dy, y)], plain: [reluGradientReference({ dy, y })] };
    },
    tolerance: 2e-5,
  },
]);

onEveryBackend(
  "reluGradient of NaN (TensorFlow's own op takes it for nothing, WebGPU promises nothing of it)",
  () => {
    test('is NaN, in vectors of four and in what is left over', async () => {
      const y = tf.tensor1d([Number.NaN, 1, 0, 2, Number.NaN]);
      expect([...(await reluGradient(tf.fill([5], 3), y).data())]).toEqual([Number.NaN, 3, 0, 3, Number.NaN]);
    });
  },
  { only: ['cpu', 'wasm'] },
);
