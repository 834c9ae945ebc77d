import * as tf from '@tensorflow/tfjs-core';

import type { GradientAttrs } from '../conv2d-gradient.ts';
import type { Body } from '../define-kernel.ts';
import { addressOf, allocate, type WasmBackend } from './wasm-backend.ts';
import { wasmKernels } from './wasm-kernels.ts';

/** Most elements unfolded at a time: 16 MiB. */
const BLOCK = 2 ** 22;

/**
 * dWᵀ [out, taps·in] = dYᵀ [out, pixels] · U [pixels, taps·in], with U the input unfolded under the filter, some rows
 * of the output at a time. Only dY is transposed, the smallest of the three.
 */
export const filterGradientWasm: Body<{ dy: tf.Tensor4D; x: tf.Tensor4D }, GradientAttrs> = (
  { dy, x },
  attrs,
  given,
) => {
  const backend = given as WasmBackend;
  const [filterHeight, filterWidth, inputs, outputs] = attrs.shape;
  const [batch, height, width] = dy.shape;
  const depth = filterHeight * filterWidth * inputs;
  const rowsAtOnce = Math.max(1, Math.min(height, Math.floor(BLOCK / (width * depth))));
  return tf.tidy(() => {
    const upstream = tf.reshape(dy, [batch, height, width, outputs]) as tf.Tensor4D;
    let total: tf.Tensor | null = null;
    for (let image = 0; image < batch; image++) {
      for (let row = 0; row < height; row += rowsAtOnce) {
        const count = Math.min(rowsAtOnce, height - row);
        const before: tf.Tensor | null = total;
        total = tf.tidy((): tf.Tensor => {
          const seen = unfolded(backend, x, attrs, dy.shape, image, row, count);
          const block = tf.reshape(tf.slice(upstream, [image, row, 0, 0], [1, count, width, outputs]), [-1, outputs]);
          const product = tf.matMul(tf.transpose(block), seen); // [out, taps·in]
          return before === null ? product : tf.add(before, product);
        });
        before?.dispose();
      }
    }
    return tf.reshape(tf.transpose(total!), attrs.shape);
  });
};

/** [rows·w, taps·in] */
function unfolded(
  backend: WasmBackend,
  x: tf.Tensor4D,
  { strides, padding, dilation, shape }: GradientAttrs,
  [, , width]: number[],
  image: number,
  row: number,
  rows: number,
): tf.Tensor2D {
  const [, inputHeight, inputWidth, channels] = x.shape;
  const depth = shape[0] * shape[1] * channels;
  const out = allocate(backend, [rows * width!, depth]);
  const from = addressOf(backend, x) + 4 * image * inputHeight * inputWidth * channels;
  const sizes = [inputHeight, inputWidth, channels, width!, shape[0], shape[1]];
  const reach = [...strides, padding[0][0], padding[1][0], dilation, row, row + rows];
  wasmKernels(backend).unfold(from, addressOf(backend, out), ...sizes, ...reach);
  return tf.engine().makeTensorFromTensorInfo(out) as tf.Tensor2D;
}
