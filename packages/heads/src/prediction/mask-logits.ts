import { type Conv2d, type MaskBiasInputs, matMul, mayFuse, rowsInSteps, type Steps } from '@seg/core';
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
    // a product on WebGPU reads a transposed operand in place
    const logits = mayFuse() ? matMul(rows, queries, false, true) : tf.matMul(rows, tf.transpose(queries, [0, 2, 1]));
    return tf.reshape(logits, [batch, height, width, queries.shape[1]]);
  });
}

/** {@link maskLogits} in steps, to the same bytes: where there are many pixels, some after the others. */
export function maskLogitsSteps(queries: tf.Tensor3D, pixels: tf.Tensor4D): Steps<tf.Tensor4D> {
  return pixelsInSteps(queries, pixels, (some) => maskLogits(queries, some));
}

/** {@link projectedMaskLogits} in steps, to the same bytes. */
export function projectedMaskLogitsSteps(
  queries: tf.Tensor3D,
  pixels: tf.Tensor4D,
  projection: Conv2d,
): Steps<tf.Tensor4D> {
  return pixelsInSteps(queries, pixels, (some) => projectedMaskLogits(queries, some, projection));
}

function pixelsInSteps(
  { shape: [, numQueries, dim] }: tf.Tensor3D,
  pixels: tf.Tensor4D,
  compute: (pixels: tf.Tensor4D) => tf.Tensor4D,
): Steps<tf.Tensor4D> {
  return rowsInSteps(pixels, 2 * numQueries * dim, (some) => {
    if (some.rank === 4) return compute(some as tf.Tensor4D);
    return tf.squeeze(compute(tf.expandDims(some, 1)), [1]);
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
    const weights = behindProjection(queries, filter);
    if (bias === undefined) return maskLogits(weights, pixels);
    const constant = matMul(queries, tf.reshape(bias, [-1, 1])) as tf.Tensor3D; // [B, N, 1]
    const [batch, height, width, dim] = pixels.shape;
    if (mayFuse() && batch === 1) {
      const [a, b] = [tf.reshape(pixels, [-1, dim]), tf.reshape(weights, [-1, dim])] as [tf.Tensor2D, tf.Tensor2D];
      const logits = tf.fused.matMul({ a, b, transposeB: true, bias: tf.reshape(constant, [-1]) });
      return tf.reshape(logits, [1, height, width, queries.shape[1]]);
    }
    return tf.add(maskLogits(weights, pixels), tf.reshape(constant, [batch, 1, 1, -1]));
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
