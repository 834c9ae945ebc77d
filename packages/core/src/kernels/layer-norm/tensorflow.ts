import type * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import { isOnProcessor } from '../tensorflow/native-ops.ts';
import { privateHeap } from '../tensorflow/private-heap.ts';
import type { Attrs, GradientInputs, Inputs } from './types.ts';
import { rowsToShare } from './wasm.ts';

/** The SIMD kernel on copies, which cost less than the nine passes of plain ops. */
export const layerNormTensorflow: KernelBody<Inputs, Attrs> = ({ x, gain, bias }, { epsilon }, backend) => {
  if (!applies(x, gain, backend)) return null;
  const heap = privateHeap();
  const addresses = heap.place([x, gain, bias!], [x.size]);
  heap.module.run('layerNorm', [...addresses, gain.size, epsilon], rowsToShare(x.size, gain.size));
  return heap.tensorAt(addresses[3]!, x.shape);
};

/** The same in place of two dozen. */
export const layerNormGradientTensorflow: KernelBody<GradientInputs, Attrs> = (
  { dy, x, gain },
  { epsilon },
  backend,
) => {
  if (!applies(x, gain, backend)) return null;
  const heap = privateHeap();
  const addresses = heap.place([dy, x, gain], [x.size, gain.size, gain.size]);
  for (const sums of addresses.slice(4)) heap.clear(sums, gain.size);
  heap.module.kernels.layerNormGradient(...addresses, x.size / gain.size, gain.size, epsilon);
  return [x.shape, gain.shape, gain.shape].map((shape, i) => heap.tensorAt(addresses[3 + i]!, shape));
};

function applies(x: tf.Tensor, gain: tf.Tensor, backend: tf.KernelBackend): boolean {
  return isOnProcessor(backend) && gain.size % 4 === 0 && x.size > 0;
}
