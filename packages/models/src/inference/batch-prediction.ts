import type { ImageGeometry } from '@seg/core';
import type { InstanceList, SegmentMap } from '@seg/postprocess';
import * as tf from '@tensorflow/tfjs-core';

import type { SegmentationModel } from '../systems/build-model.ts';
import { decodeMaxDeepLab } from '../systems/max-deeplab/decode.ts';
import { MaxDeepLab } from '../systems/max-deeplab/max-deeplab.ts';
import { decodePanopticSegFormer } from '../systems/panoptic-segformer/decode.ts';
import { PanopticSegFormer } from '../systems/panoptic-segformer/panoptic-segformer.ts';
import { decodeSolo } from '../systems/solo/decode.ts';
import { Solo } from '../systems/solo/solo.ts';
import { decodeMaskClassification } from './decode-mask-classification.ts';
import { imageOf } from './image-of.ts';
import type { Request } from './task.ts';

/** What a model has predicted of a batch, on the device until it is disposed of. */
export type BatchPrediction = {
  /** Segments of one image of the batch. */
  decode(image: number, geometry: ImageGeometry, request: Request): Promise<InstanceList | SegmentMap>;
  dispose(): void;
};

/**
 * One pass over a batch, to be decoded image by image.
 *
 * @param pixels [B, H, W, 3], as the model's preprocessing makes them
 */
export function predictBatch(model: SegmentationModel, pixels: tf.Tensor4D): BatchPrediction {
  if (model instanceof Solo) {
    const prediction = model.forward(pixels);
    return {
      decode: (image, geometry, request) => decodeSolo(prediction, image, geometry, request),
      dispose: () => tf.dispose(prediction as tf.TensorContainer),
    };
  }
  if (model instanceof MaxDeepLab) return byImage(model.forward(pixels), decodeMaxDeepLab);
  if (model instanceof PanopticSegFormer) {
    const { numThingClasses } = model.config;
    return byImage(model.forward(pixels), (one, geometry, request) =>
      decodePanopticSegFormer(one, numThingClasses, geometry, request),
    );
  }
  const { model: kind } = model.config;
  return byImage(model.forward(pixels), (one, geometry, request) =>
    decodeMaskClassification(one, kind, geometry, request),
  );
}

/** Decodes predictions whose tensors all have images as their first axis. */
function byImage<P>(
  prediction: P,
  decode: (one: P, geometry: ImageGeometry, request: Request) => Promise<InstanceList | SegmentMap>,
): BatchPrediction {
  return {
    decode: async (image, geometry, request) => {
      const one = imageOf(prediction, image);
      try {
        return await decode(one, geometry, request);
      } finally {
        tf.dispose(one as tf.TensorContainer);
      }
    },
    dispose: () => tf.dispose(prediction as tf.TensorContainer),
  };
}
