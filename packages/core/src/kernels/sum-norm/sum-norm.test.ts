import type * as tf from '@tensorflow/tfjs-core';

import { type BodyCase, checkBodies, checkOps, random } from '../../../test/kernel-checks.ts';
import { sumNorm, sumNormReference } from './sum-norm.ts';

function bodyCase(shape: number[]): BodyCase {
  return {
    title: `sumNorm of [${shape}]`,
    run: () => {
      const [x, branch] = [random(shape, 1), random(shape, 2)] as [tf.Tensor, tf.Tensor];
      const [gain, bias] = [random(shape.slice(-1), 3), random(shape.slice(-1), 4)] as [tf.Tensor, tf.Tensor];
      const inputs = { x, branch, gain, bias };
      return { fast: [sumNorm(inputs, 1e-5)], plain: [sumNormReference(inputs, { epsilon: 1e-5 })] };
    },
    tolerance: 2e-5,
  };
}

checkOps([
  {
    title: 'sumNorm',
    shapes: [[2, 3, 7], [2, 3, 7], [7], [7]],
    f: (x, branch, gain, bias) => sumNorm({ x, branch, gain, bias }, 1e-5),
  },
]);

checkBodies([bodyCase([2, 5, 96]), bodyCase([3, 7])]);
