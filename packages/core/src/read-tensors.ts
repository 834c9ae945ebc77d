import * as tf from '@tensorflow/tfjs-core';

/** Values of a tensor on the host, by its type. */
export type TensorValues = Float32Array | Int32Array | Uint8Array;

/**
 * Computes in a tidy, downloads, disposes: the only way values leave the device. Never blocks, so it works on every
 * backend.
 *
 * @param compute Returns the tensors to read
 * @returns Their values, in order
 */
export async function readTensors(compute: () => tf.Tensor[]): Promise<TensorValues[]> {
  const tensors = tf.tidy(compute);
  try {
    return await Promise.all(tensors.map((tensor) => tensor.data()));
  } finally {
    tf.dispose(tensors);
  }
}
