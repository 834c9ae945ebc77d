import * as tf from '@tensorflow/tfjs-core';

/**
 * Scalar product of every query's mask embedding with every pixel's. Cheng et al. 2021 (MaskFormer), section 3.3.
 *
 * @param queries [B, N, C]
 * @param pixels [B, H, W, C]
 * @returns [B, H, W, N]
 */
export function maskLogits(queries: tf.Tensor3D, pixels: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const [batch, height, width, dim] = pixels.shape;
    const rows = tf.reshape(pixels, [batch, height * width, dim]) as tf.Tensor3D;
    const columns = tf.transpose(queries, [0, 2, 1]); // [B, C, N]
    return tf.reshape(tf.matMul(rows, columns), [batch, height, width, queries.shape[1]]);
  });
}
