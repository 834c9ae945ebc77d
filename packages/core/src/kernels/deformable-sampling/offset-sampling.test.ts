import * as tf from '@tensorflow/tfjs-core';

import { type BodyCase, checkBodies, random } from '../../../test/kernel-checks.ts';
import type { Size } from '../../outputs.ts';
import { offsetSampling, offsetSamplingReference } from './offset-sampling.ts';

const LEVELS: Size[] = [
  [3, 5],
  [4, 2],
];
/** Two images of seven queries, three heads of eight or five channels, three points a level. */
function sampling(
  title: string,
  channels: number,
  reference: [batches: number, levels: number, coordinates: number],
): BodyCase {
  return {
    title: `offsetSampling ${title}`,
    run: () => {
      const [batches, levels, coordinates] = reference;
      const inputs = {
        value: random([2, 23, 3, channels], 1) as tf.Tensor4D,
        offsets: random([2, 7, 3 * 2 * 3 * 2], 2, 2),
        logits: random([2, 7, 3 * 2 * 3], 3),
        reference: tf.sigmoid(random([batches, 7, levels, coordinates], 4)) as tf.Tensor4D,
      };
      return {
        fast: [offsetSampling(inputs, LEVELS)],
        plain: [offsetSamplingReference(inputs, { levels: LEVELS })],
      };
    },
    tolerance: 2e-5,
  };
}

checkBodies([
  sampling('around points', 8, [1, 1, 2]),
  sampling('around points of each image and level', 5, [2, 2, 2]),
  sampling('around boxes', 8, [2, 1, 4]),
  sampling('around boxes of each level', 8, [1, 2, 4]),
]);
