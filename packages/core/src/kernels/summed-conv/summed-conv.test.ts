import type * as tf from '@tensorflow/tfjs-core';

import { type BodyCase, checkBodies, random } from '../../../test/kernel-checks.ts';
import { summedConv, summedConvReference } from './summed-conv.ts';
import type { Attrs, Inputs } from './types.ts';

type Sizes = { map: [number, number]; skipped: [number, number]; stride: number; dims: [number, number, number] };

function bodyCase({ map, skipped, stride, dims: [inDim, skippedDim, outDim] }: Sizes): BodyCase {
  return {
    title: `summedConv of ${inDim} and ${skippedDim} to ${outDim} channels, stride ${stride}`,
    run: () => {
      const inputs = {
        x: random([2, ...map, inDim], 1),
        filter: random([1, 1, inDim, outDim], 2, 0.2),
        skipped: random([2, ...skipped, skippedDim], 3),
        shortcut: random([1, 1, skippedDim, outDim], 4, 0.2),
        bias: random([outDim], 5) as tf.Tensor,
      } as Inputs;
      const attrs: Attrs = { strides: [stride, stride], activation: 'relu' };
      return { fast: [summedConv(inputs, attrs)], plain: [summedConvReference(inputs, attrs)] };
    },
    tolerance: 2e-5,
  };
}

checkBodies([
  bodyCase({ map: [4, 5], skipped: [7, 9], stride: 2, dims: [12, 20, 36] }),
  bodyCase({ map: [3, 5], skipped: [3, 5], stride: 1, dims: [6, 8, 12] }), // terms that are no whole vectors
  bodyCase({ map: [3, 4], skipped: [6, 7], stride: 2, dims: [4, 4, 7] }), // channels that are none
]);
