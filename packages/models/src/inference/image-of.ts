import * as tf from '@tensorflow/tfjs-core';

/** The same structure of tensors with one image of each: [B, ...] → [1, ...]. Copies nothing where B = 1. */
export function imageOf<P>(prediction: P, image: number): P {
  if (prediction instanceof tf.Tensor) {
    return (prediction.shape[0] === 1 ? tf.clone(prediction) : tf.slice(prediction, [image], [1])) as P;
  }
  const parts = Object.entries(prediction as Record<string, unknown>).map(([name, part]) => [
    name,
    imageOf(part, image),
  ]);
  return Object.fromEntries(parts) as P;
}
