import * as tf from '@tensorflow/tfjs-core';

import type { Shape4D } from '../map-layout.ts';
import { composed, type Repair } from '../repairs/repair.ts';
import { maxPoolGradient } from './gradient.ts';

/** The gradient of tfjs's own pool, which wasm lacks. */
export const wasmMaxPoolRepairs: Repair[] = [
  composed('MaxPoolGrad', 'wasm', ({ dy, input, output }, { filterSize, strides, pad, dimRoundingMode }) => {
    const { padInfo, filterHeight, filterWidth, strideHeight, strideWidth } = tf.backend_util.computePool2DInfo(
      input.shape as Shape4D,
      filterSize,
      strides,
      1,
      pad,
      dimRoundingMode,
    );
    return maxPoolGradient(dy as tf.Tensor4D, input as tf.Tensor4D, output as tf.Tensor4D, {
      size: [filterHeight, filterWidth],
      strides: [strideHeight, strideWidth],
      padding: [
        [padInfo.top, padInfo.bottom],
        [padInfo.left, padInfo.right],
      ],
    });
  }),
];
