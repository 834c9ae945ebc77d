import { type Conv2d, type MaskBiasInputs, matMul } from '@seg/core';
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

/**
 * {@link maskLogits} of pixels behind a 1×1 convolution, without convolving them: q · (W p + b) = (Wᵀ q) · p + q · b.
 *
 * @param queries [B, N, E]
 * @param pixels [B, H, W, C]
 * @param projection From C to E channels
 * @returns [B, H, W, N]
 */
export function projectedMaskLogits(queries: tf.Tensor3D, pixels: tf.Tensor4D, { filter, bias }: Conv2d): tf.Tensor4D {
  return tf.tidy(() => {
    const logits = maskLogits(behindProjection(queries, filter), pixels);
    if (bias === undefined) return logits;
    const constant = matMul(queries, tf.reshape(bias, [-1, 1])) as tf.Tensor3D; // [B, N, 1]
    return tf.add(logits, tf.reshape(constant, [queries.shape[0], 1, 1, -1]));
  });
}

/** The mask of each query by {@link projectedMaskLogits}, for an attention that looks inside of it alone. */
export function projectedMask(
  queries: tf.Tensor3D,
  pixels: tf.Tensor4D,
  { filter, bias: constants }: Conv2d,
): MaskBiasInputs {
  const rows: tf.Tensor3D = tf.reshape(pixels, [pixels.shape[0], -1, pixels.shape[3]]);
  const products = matMul<tf.Tensor3D>(behindProjection(queries, filter), rows, false, true); // [B, N, L]
  return { products, queries, constants };
}

/** Wᵀ q. @returns [B, N, C] */
function behindProjection(queries: tf.Tensor3D, filter: tf.Tensor4D): tf.Tensor3D {
  const weight = tf.reshape(filter, filter.shape.slice(2) as [number, number]); // [C, E]
  return matMul(queries, weight, false, true);
}
