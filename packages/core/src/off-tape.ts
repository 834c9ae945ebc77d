import * as tf from '@tensorflow/tfjs-core';

type KernelState = { state: { kernelDepth: number } };

/** Computes in a tidy what no gradient is asked for, as a part of a kernel: no tape keeps anything of it. */
export function offTape<T extends tf.TensorContainer>(compute: () => T): T {
  const { state } = tf.engine() as unknown as KernelState;
  state.kernelDepth++;
  try {
    return tf.tidy(compute);
  } finally {
    state.kernelDepth--;
  }
}
