import * as tf from '@tensorflow/tfjs-core';

import { type BodyCase, checkBodies, checkOps, pulled, random } from '../../../test/kernel-checks.ts';
import { frozenNorm, frozenNormGradientReference, frozenNormReference } from './frozen-norm.ts';

const epsilon = 1e-3;

function moments(channels: number): { mean: tf.Tensor; variance: tf.Tensor } {
  return { mean: random([channels], 8), variance: tf.square(random([channels], 9)) };
}

function norm(x: tf.Tensor, gain: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  return frozenNorm({ x, gain, bias, ...moments(gain.size) }, epsilon);
}

function bodyCase(shape: number[]): BodyCase {
  return {
    title: `frozenNorm and its gradients, [${shape}]`,
    run: () => {
      const channels = shape.at(-1)!;
      const [x, gain, bias, dy] = [shape, [channels], [channels], shape].map((sides, i) => random(sides, i + 1));
      const inputs = { x: x!, gain: gain!, ...moments(channels) };
      return {
        fast: [norm(x!, gain!, bias!), ...pulled(norm, [x!, gain!, bias!], dy!)],
        plain: [
          frozenNormReference({ ...inputs, bias: bias! }, { epsilon }),
          ...frozenNormGradientReference({ ...inputs, dy: dy! }, { epsilon }),
        ],
      };
    },
    tolerance: 5e-5,
  };
}

checkOps([{ title: 'frozenNorm', shapes: [[2, 3, 2, 5], [5], [5]], f: norm }]);

// maps, and what is none
checkBodies([bodyCase([2, 5, 3, 7]), bodyCase([1, 16, 9, 8]), bodyCase([6, 4])]);
