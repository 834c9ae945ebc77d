import * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import { isProductFused } from '../fused-linear/fused-linear.ts';
import { isHalves, storesHalves } from '../webgpu/half-storage.ts';
import { linearInTiles } from '../webgpu/linear-tiles.ts';
import type { Attrs, Inputs } from './types.ts';

/**
 * Fused product of tfjs, which tfjs's op takes apart wherever a gradient may be asked for; ours is that of the whole. Halves are read
 * and written by a product of our own.
 */
export const linearWebgpu: KernelBody<Inputs, Attrs> = ({ x, weight, bias }, { activation }, backend) => {
  if (x.size === 0) return null;
  const areHalves = isHalves(backend, x) || storesHalves(x.shape[0]! * weight.shape[1]!);
  if (areHalves && isProductFused(weight)) return linearInTiles(backend, { x, weight, bias, activation });
  return tf.tidy(() => {
    const batched = (matrix: tf.Tensor) => tf.reshape(matrix, [1, ...matrix.shape]);
    const inputs = { a: batched(x), b: batched(weight), ...(bias && { bias }) };
    const attrs = { transposeA: false, transposeB: false, activation };
    const y = tf.engine().runKernel('_FusedMatMul', inputs, attrs) as tf.Tensor;
    return tf.reshape(y, [x.shape[0]!, weight.shape[1]!]);
  });
};
