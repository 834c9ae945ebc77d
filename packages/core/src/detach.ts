import * as tf from '@tensorflow/tfjs-core';

/**
 * Stop-gradient: a new tensor on the same data that no tape knows. tfjs has no such op, and a custom gradient does
 * not help where indices are computed from a differentiated tensor.
 */
export function detach<T extends tf.Tensor>(x: T): T {
  const engine = tf.engine();
  engine.backend.incRef(x.dataId);
  return engine.makeTensorFromTensorInfo({ dataId: x.dataId, shape: x.shape, dtype: x.dtype }) as T;
}
