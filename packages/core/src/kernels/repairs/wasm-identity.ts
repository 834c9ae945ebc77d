import type * as tf from '@tensorflow/tfjs-core';

import type { Repair } from './repair.ts';

/**
 * tfjs copies the data of a clone on wasm, and every tensor that a gradient needs is cloned. Tensors are never written
 * to, so one more reference does, as on the other backends.
 */
export const wasmIdentityRepairs: Repair[] = [
  {
    kernelName: 'Identity',
    backendName: 'wasm',
    replace:
      () =>
      ({ inputs, backend }) => {
        const { dataId, shape, dtype } = (inputs as { x: tf.TensorInfo }).x;
        (backend as tf.KernelBackend).incRef(dataId);
        return { dataId, shape, dtype };
      },
  },
];
