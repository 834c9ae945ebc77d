import type * as tf from '@tensorflow/tfjs-core';

import { type BodyCase, checkBodies, checkOps, random } from '../../../test/kernel-checks.ts';
import { sumNorm, sumNormAnd, sumNormReference } from './sum-norm.ts';

function bodyCase(shape: number[], companions: { next?: boolean } = {}): BodyCase {
  return {
    title: `sumNorm of [${shape}] with ${Object.keys(companions).join(' and ') || 'nothing'}`,
    run: () => {
      const [x, branch] = [random(shape, 1), random(shape, 2)] as [tf.Tensor, tf.Tensor];
      const [gain, bias, nextGain, nextBias] = [3, 4, 5, 6].map((seed) => random(shape.slice(-1), seed)) as tf.Tensor[];
      const inputs = { x, branch, gain: gain!, bias: bias! };
      const next = companions.next ? { gain: nextGain!, bias: nextBias!, epsilon: 1e-3 } : undefined;
      const plain = { ...inputs, nextGain: next?.gain, nextBias: next?.bias };
      return {
        fast: sumNormAnd(inputs, 1e-5, { next }),
        plain: sumNormReference(plain, { epsilon: 1e-5, nextEpsilon: 1e-3 }),
      };
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

checkBodies([bodyCase([2, 5, 96]), bodyCase([3, 7]), bodyCase([2, 5, 70], { next: true })]);
