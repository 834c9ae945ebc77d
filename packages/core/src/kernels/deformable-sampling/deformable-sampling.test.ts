import * as tf from '@tensorflow/tfjs-core';

import { type BodyCase, checkBodies, checkOps, pulled, random } from '../../../test/kernel-checks.ts';
import type { Size } from '../../outputs.ts';
import { seededRandom } from '../../random.ts';
import {
  deformableSampling,
  deformableSamplingGradientReference,
  deformableSamplingReference,
} from './deformable-sampling.ts';

const LEVELS: Size[] = [
  [9, 7],
  [5, 4],
  [1, 2],
];

/** In and around the maps, also far outside. */
function scatteredPoints(shape: number[]): tf.Tensor {
  const next = seededRandom(5);
  return tf.tensor(
    Float32Array.from({ length: shape.reduce((n, side) => n * side, 1) }, () => next() * 1.6 - 0.3),
    shape,
  );
}

function samplingCase(depth: number): BodyCase {
  return {
    title: `deformableSampling and its gradients, ${depth} channels a head`,
    run: () => {
      const value = random([2, 85, 3, depth], 1) as tf.Tensor4D;
      const locations = scatteredPoints([2, 11, 3, 3, 2, 2]);
      const weights = random([2, 11, 3, 3, 2], 2);
      const dy = random([2, 11, 3 * depth], 3);
      const attrs = { levels: LEVELS };
      const fast = (v: tf.Tensor, at: tf.Tensor, w: tf.Tensor) => deformableSampling(v as tf.Tensor4D, at, w, LEVELS);
      return {
        fast: [fast(value, locations, weights), ...pulled(fast, [value, locations, weights], dy)],
        plain: [
          deformableSamplingReference({ value, locations, weights }, attrs),
          ...deformableSamplingGradientReference({ dy, value, locations, weights }, attrs),
        ],
      };
    },
  };
}

const SMALL_LEVELS: Size[] = [
  [5, 3],
  [2, 4],
];

checkOps([
  {
    title: 'deformableSampling',
    shapes: [
      [2, 23, 2, 8],
      [2, 3, 2, 2, 3, 2],
      [2, 3, 2, 2, 3],
    ],
    points: 1,
    f: (value, at, weights) => deformableSampling(value as tf.Tensor4D, at, weights, SMALL_LEVELS),
  },
  {
    title: 'deformableSampling of six channels a head',
    shapes: [
      [1, 23, 3, 6],
      [1, 4, 3, 2, 1, 2],
      [1, 4, 3, 2, 1],
    ],
    points: 1,
    f: (value, at, weights) => deformableSampling(value as tf.Tensor4D, at, weights, SMALL_LEVELS),
  },
]);

checkBodies([samplingCase(8), samplingCase(6), samplingCase(1)]);
