import type { ImageGeometry } from '@seg/core';
import type { InstanceList, SegmentMap } from '@seg/postprocess';
import * as tf from '@tensorflow/tfjs-core';

import { imageOf } from './image-of.ts';
import type { DecodeOptions } from './task.ts';

/** Prediction of a batch, on the device until it is disposed of. */
export type BatchPrediction = {
  /** Segments of one image of the batch. */
  decode(image: number, geometry: ImageGeometry, options: DecodeOptions): Promise<InstanceList | SegmentMap>;
  /** Everything that was predicted, as the network gave it. */
  readonly outputs: object;
  dispose(): void;
};

/** Decodes predictions whose tensors all have images as their first axis, from a slice for each image. */
export function byImage<P extends tf.TensorContainerObject>(
  prediction: P,
  decode: (one: P, geometry: ImageGeometry, options: DecodeOptions) => Promise<InstanceList | SegmentMap>,
): BatchPrediction {
  return {
    decode: async (image, geometry, options) => {
      const one = imageOf(prediction, image);
      try {
        return await decode(one, geometry, options);
      } finally {
        tf.dispose(one);
      }
    },
    outputs: prediction,
    dispose: () => tf.dispose(prediction),
  };
}
