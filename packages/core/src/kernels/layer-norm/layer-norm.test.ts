import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { type BodyCase, checkBodies, checkOps, pulled, random } from '../../../test/kernel-checks.ts';
import { layerNorm, layerNormGradientReference, layerNormReference } from './layer-norm.ts';

const epsilon = 1e-5;

function layerNormCase(width: number): BodyCase {
  return {
    title: `layerNorm and its gradients, ${width} wide`,
    run: () => {
      const [x, gain, bias, dy] = [
        random([3, 5, width], 1),
        random([width], 2),
        random([width], 3),
        random([3, 5, width], 4),
      ];
      const shifted = tf.add(x, 3);
      const fast = (a: tf.Tensor, b: tf.Tensor, c: tf.Tensor) => layerNorm(a, b, c, epsilon);
      return {
        fast: [layerNorm(shifted, gain, bias, epsilon), ...pulled(fast, [shifted, gain, bias], dy)],
        plain: [
          layerNormReference({ x: shifted, gain, bias }, { epsilon }),
          ...layerNormGradientReference({ dy, x: shifted, gain }, { epsilon }),
        ],
      };
    },
  };
}

checkOps([
  {
    title: 'layerNorm',
    shapes: [[2, 5, 12], [12], [12]],
    f: (x, gain, bias) => layerNorm(x, gain, bias, 1e-5),
  },
  {
    title: 'layerNorm of a width that is no multiple of four',
    shapes: [[2, 3, 7], [7], [7]],
    f: (x, gain, bias) => layerNorm(x, gain, bias, 1e-5),
  },
]);

checkBodies([layerNormCase(64), layerNormCase(7)]);

onEveryBackend('nothing to do', () => {
  test('layerNorm of an empty batch is empty', () => {
    expect(layerNorm(tf.zeros([0, 4]), tf.ones([4]), tf.zeros([4]), 1e-5).shape).toEqual([0, 4]);
  });
});
