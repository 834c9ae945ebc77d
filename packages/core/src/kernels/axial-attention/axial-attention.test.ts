import type * as tf from '@tensorflow/tfjs-core';

import { type BodyCase, checkBodies, random } from '../../../test/kernel-checks.ts';
import { axialAttention, axialAttentionReference } from './axial-attention.ts';

/** Two images, three heads; the tables reach four places, so that the farthest serves for more. */
function axialCase([keySize, valueSize]: [number, number], [height, width]: [number, number], axis: 1 | 2): BodyCase {
  return {
    title: `axialAttention of ${keySize} and ${valueSize} channels along axis ${axis} of ${height} × ${width}`,
    run: () => {
      const [keyDim, valueDim] = [3 * keySize, 3 * valueSize];
      const inputs = {
        packed: random([2, height, width, 2 * keyDim + valueDim], 1) as tf.Tensor4D,
        queryTable: random([9, keySize], 2),
        keyTable: random([9, keySize], 3),
        valueTable: random([9, valueSize], 4),
        similarityScale: random([3, 3], 5),
        retrievedScale: random([2, 3, valueSize], 6),
        shift: random([3, valueSize], 7),
      };
      const attrs = { numHeads: 3, keyDim, axis };
      return { fast: [axialAttention(inputs, attrs)], plain: [axialAttentionReference(inputs, attrs)] };
    },
    tolerance: 3e-5,
  };
}

checkBodies([
  axialCase([4, 8], [7, 5], 1),
  axialCase([4, 8], [7, 5], 2),
  axialCase([8, 4], [3, 70], 2), // more places than a workgroup has lanes
  axialCase([2, 3], [3, 4], 1),
]);
