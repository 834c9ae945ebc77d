import { expectClose, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { test } from 'vitest';

import { type BodyCase, checkBodies, checkOps, random } from '../../../test/kernel-checks.ts';
import { fusedLinear, fusedLinearReference } from './fused-linear.ts';
import type { FusedActivation } from './types.ts';

function bodyCase(
  [rows, inDim, outDim]: [number, number, number],
  activation: FusedActivation,
  skips: boolean,
): BodyCase {
  return {
    title: `fusedLinear of [${rows}, ${inDim}] to ${outDim}, ${activation}${skips ? ', with a residual' : ''}`,
    run: () => {
      const [x, weight, bias] = [
        random([rows, inDim], 1),
        random([inDim, outDim], 2, 0.2),
        random([outDim], 3),
      ] as const;
      const residual = skips ? random([rows, outDim], 4) : undefined;
      const inputs = { x, weight, bias, residual };
      return { fast: [fusedLinear(inputs, activation)], plain: [fusedLinearReference(inputs, { activation })] };
    },
    tolerance: 2e-5,
  };
}

checkOps([
  {
    title: 'fusedLinear with relu and a residual',
    shapes: [[2, 3, 8], [8, 4], [4], [2, 3, 4]],
    f: (x, weight, bias, residual) => fusedLinear({ x, weight, bias, residual }, 'relu'),
  },
]);

checkBodies([
  bodyCase([37, 20, 44], 'relu', true),
  bodyCase([37, 20, 44], 'gelu', false),
  bodyCase([1030, 36, 1028], 'linear', true), // tiles of 64 × 64, the last of them in part
  bodyCase([5, 7, 9], 'relu', true), // no whole vectors
]);

onEveryBackend('fusedLinear of NaN', () => {
  test('the rows that hold one are NaN behind a relu', async () => {
    const x = tf.tensor2d([[Number.NaN, 1, 1, 1], [1, 1, 1, -9]]); // biome-ignore format: one row each
    const inputs = { x, weight: tf.ones([4, 4]), bias: tf.ones([4]), residual: tf.ones([2, 4]) as tf.Tensor2D };
    await expectClose(tf.cast(tf.isNaN(fusedLinear(inputs, 'relu')), 'float32'), [1, 1, 1, 1, 0, 0, 0, 0]);
  });
});
