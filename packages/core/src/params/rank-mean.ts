import * as tf from '@tensorflow/tfjs-core';

import type { Scope } from './param-store.ts';

/**
 * Mean of a tensor over the processes of a training, the same everywhere; the tensor itself where there is one process.
 * Its gradient is the mean of theirs: statistics of a batch norm become those of the images of all processes.
 *
 * @throws Error on backends that cannot wait for values, as WebGPU
 */
export function rankMean<T extends tf.Tensor>(scope: Scope, x: T): T {
  const { ranks } = scope.store;
  if (ranks === null || ranks.size === 1) return x;
  const mean = (values: tf.Tensor): tf.Tensor => {
    const sums = Float32Array.from(values.dataSync());
    ranks.allReduceSync(sums);
    return tf.div(tf.tensor(sums, values.shape), ranks.size);
  };
  const op = tf.customGrad((...inputs) => ({
    value: mean(inputs[0] as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => mean(dy),
  }));
  return op(x) as T;
}
