import * as tf from '@tensorflow/tfjs-core';

import { type BodyCase, checkBodies, random } from '../../../test/kernel-checks.ts';
import type { Size } from '../../outputs.ts';
import {
  offsetSampling,
  offsetSamplingOfParts,
  offsetSamplingOfPartsReference,
  offsetSamplingReference,
} from './offset-sampling.ts';

const LEVELS: Size[] = [
  [3, 5],
  [4, 2],
];
/** Levels in whose first most samples lie with all their corners. */
const WIDE: Size[] = [
  [12, 13],
  [3, 4],
];

/** Two images of seven queries, three heads of eight or five channels, three points a level. */
function sampling(
  title: string,
  channels: number,
  reference: [batches: number, levels: number, coordinates: number],
  { levels: sizes, points }: { levels: Size[]; points: number } = { levels: LEVELS, points: 3 },
): BodyCase {
  return {
    title: `offsetSampling ${title}`,
    run: () => {
      const [batches, levels, coordinates] = reference;
      const inputs = {
        value: random([2, sizes.reduce((sum, [h, w]) => sum + h * w, 0), 3, channels], 1) as tf.Tensor4D,
        offsets: random([2, 7, 3 * 2 * points * 2], 2, 2),
        logits: random([2, 7, 3 * 2 * points], 3),
        reference: tf.sigmoid(random([batches, 7, levels, coordinates], 4)) as tf.Tensor4D,
      };
      return {
        fast: [offsetSampling(inputs, sizes)],
        plain: [offsetSamplingReference(inputs, { levels: sizes })],
      };
    },
    tolerance: 2e-5,
  };
}

/** Parts of tokens: of the queries' own where values are among them, of others where not. */
function ofParts(title: string, channels: number, width: number, isSelf: boolean): BodyCase {
  return {
    title: `offsetSamplingOfParts ${title}`,
    run: () => {
      const first = { offsets: 4, logits: 4 + 36, value: 4 + 36 + 18 + 2 };
      const samples = random([2, isSelf ? 23 : 7, width], 1) as tf.Tensor3D;
      const value = isSelf ? samples : (random([2, 23, width], 2) as tf.Tensor3D);
      const reference = tf.sigmoid(random([1, samples.shape[1], 1, 2], 3)) as tf.Tensor4D;
      const attrs = { levels: LEVELS, numHeads: 3, dim: 3 * channels, numPoints: 3, first };
      const inputs = { value, samples, reference };
      return { fast: [offsetSamplingOfParts(inputs, attrs)], plain: [offsetSamplingOfPartsReference(inputs, attrs)] };
    },
    tolerance: 2e-5,
  };
}

checkBodies([
  ofParts('of its own tokens', 8, 84, true),
  ofParts('of other tokens', 8, 88, false),
  ofParts('of five channels', 5, 76, true),
  ofParts('of a row that is no whole vectors', 8, 86, true),
  sampling('around points', 8, [1, 1, 2]),
  sampling('around points of each image and level', 5, [2, 2, 2]),
  sampling('of four points', 8, [1, 1, 2], { levels: WIDE, points: 4 }),
  sampling('of nine points around boxes', 20, [2, 2, 4], { levels: WIDE, points: 9 }),
  sampling('around boxes', 8, [2, 1, 4]),
  sampling('around boxes of each level', 8, [1, 2, 4]),
]);
