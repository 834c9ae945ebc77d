import * as tf from '@tensorflow/tfjs-core';

/** Function that tfjs fuses into a product or convolution. */
export type FusedActivation = { activation: string; leakyreluAlpha?: number };

/** Applies the function that follows a fused product or convolution. */
export function activated<T extends tf.Tensor>(
  x: T,
  { activation, leakyreluAlpha }: FusedActivation,
  preluWeights?: tf.Tensor,
): T {
  switch (activation) {
    case 'relu':
      return tf.relu(x);
    case 'relu6':
      return tf.relu6(x);
    case 'elu':
      return tf.elu(x);
    case 'sigmoid':
      return tf.sigmoid(x);
    case 'leakyrelu':
      return tf.leakyRelu(x, leakyreluAlpha);
    case 'prelu':
      return tf.prelu(x, preluWeights as T);
    default:
      return x;
  }
}
