import type * as tf from '@tensorflow/tfjs-core';

import type { OnnxType } from './onnx-graph.ts';

/** The type of a tensor's elements in ONNX. */
export function typeOf({ dtype }: { dtype: tf.DataType }): OnnxType {
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype;
  throw new TypeError(`exportOnnx: expected tensors of float32, int32 or bool, got ${dtype}`);
}
