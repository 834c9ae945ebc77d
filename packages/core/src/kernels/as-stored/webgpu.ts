import type * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import { storesHalves } from '../webgpu/half-storage.ts';
import { runProgram } from '../webgpu/run-program.ts';

/** A copy where the storage changes. */
export const asStoredWebgpu: KernelBody<{ x: tf.Tensor }, Record<string, never>> = ({ x }, _, backend) => {
  if (!storesHalves(x.size)) return null;
  return runProgram(backend, {
    key: 'as_stored',
    inputs: { x: { tensor: x, components: 4, anyStorage: true } },
    outputShape: x.shape,
    outputComponents: 'any',
    invocations: x.size / 4,
    integers: { count: x.size / 4 },
    code: 'fn main(i: i32) { if (i < uniforms.count) { resultPut(i, xAt(i)); } }',
  });
};
