import * as tf from '@tensorflow/tfjs-core';

import { type BodyCase, checkBodies, checkOps, pulled, random } from '../../../test/kernel-checks.ts';
import {
  groupNorm,
  groupNormGradientReference,
  groupNormReference,
  groupNormThen,
  groupNormThenReference,
} from './group-norm.ts';
import type { FusedAttrs } from './types.ts';

const epsilon = 1e-5;

function groupNormCase(channels: number, groups: number, [height, width] = [23, 17]): BodyCase {
  return {
    title: `groupNorm and its gradients, ${channels} channels of ${height} × ${width} in ${groups} groups`,
    run: () => {
      const shape = [2, height!, width!, channels];
      const x = tf.add(random(shape, 1), 2) as tf.Tensor4D;
      const [gain, bias, dy] = [random([channels], 2), random([channels], 3), random(shape, 4)];
      const attrs = { groups, epsilon };
      const fast = (a: tf.Tensor, b: tf.Tensor, c: tf.Tensor) => groupNorm(a as tf.Tensor4D, b, c, attrs);
      return {
        fast: [fast(x, gain, bias), ...pulled(fast, [x, gain, bias], dy)],
        plain: [groupNormReference({ x, gain, bias }, attrs), ...groupNormGradientReference({ dy, x, gain }, attrs)],
      };
    },
    tolerance: 5e-5,
  };
}

function thenCase(
  title: string,
  size: [number, number] | undefined,
  then: Omit<FusedAttrs, 'groups' | 'epsilon'>,
): BodyCase {
  return {
    title: `groupNormThen ${title}`,
    run: () => {
      const x = tf.add(random([2, 9, 14, 12], 1), 2) as tf.Tensor4D;
      const coarser = size && (random([2, ...size, 12], 2) as tf.Tensor4D);
      const inputs = { x, gain: random([12], 3), bias: random([12], 4), coarser };
      const attrs = { groups: 3, epsilon, ...then };
      return { fast: [groupNormThen(inputs, attrs)], plain: [groupNormThenReference(inputs, attrs)] };
    },
    tolerance: 5e-5,
  };
}

checkOps([
  {
    title: 'groupNormThen a sum with a map of half the size',
    shapes: [[1, 4, 6, 8], [8], [8], [1, 2, 3, 8]],
    f: (x, gain, bias, coarser) =>
      groupNormThen(
        { x: x as tf.Tensor4D, gain, bias, coarser: coarser as tf.Tensor4D },
        { groups: 4, epsilon: 1e-5, activation: 'linear' },
      ),
  },
  {
    title: 'groupNorm',
    shapes: [[2, 3, 4, 12], [12], [12]],
    f: (x, gain, bias) => groupNorm(x as tf.Tensor4D, gain, bias, { groups: 3, epsilon: 1e-5 }),
  },
  {
    title: 'groupNorm of two channels each',
    shapes: [[1, 4, 3, 8], [8], [8]],
    f: (x, gain, bias) => groupNorm(x as tf.Tensor4D, gain, bias, { groups: 4, epsilon: 1e-5 }),
  },
]);

// the last has groups of 67 500 elements, whose statistics WebGPU takes in two stages
checkBodies([
  thenCase('relu', undefined, { activation: 'relu' }),
  thenCase('a sum with half as many pixels a side, bilinear', [5, 7], { activation: 'linear', resize: 'bilinear' }),
  thenCase('a sum with two pixels a side, bilinear and relu', [2, 2], { activation: 'relu', resize: 'bilinear' }),
  thenCase('a sum with a map of odd size, nearest', [4, 5], { activation: 'linear', resize: 'nearest' }),
  groupNormCase(32, 8),
  groupNormCase(6, 3),
  groupNormCase(6, 2, [150, 150]),
]);
