import * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import type { Attrs, Inputs } from './types.ts';

/** Part of tfjs-node's backend that is used: TensorFlow's own ops by name. */
type NativeBackend = tf.KernelBackend & {
  binding: { TF_ATTR_BOOL: number; TF_ATTR_TYPE: number; TF_FLOAT: number };
  executeSingleOutput(name: string, attrs: NativeAttr[], inputs: tf.Tensor[]): tf.Tensor;
};
type NativeAttr = { name: string; type: number; value: boolean | number };

/** TensorFlow's product, which takes two matrices as they are: tfjs makes batches of them, at the cost of three reshapes. */
export const linearTensorflow: KernelBody<Inputs, Attrs> = ({ x, weight, bias }, { activation }, backend) =>
  tf.tidy(() => {
    const product = matrixProduct(backend as NativeBackend, x, weight);
    const y = bias === undefined ? product : tf.add(product, bias);
    return activation === 'relu' ? tf.relu(y) : y;
  });

function matrixProduct(backend: NativeBackend, a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const { TF_ATTR_BOOL, TF_ATTR_TYPE, TF_FLOAT } = backend.binding;
  const attrs = [
    { name: 'adj_x', type: TF_ATTR_BOOL, value: false },
    { name: 'adj_y', type: TF_ATTR_BOOL, value: false },
    { name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT },
  ];
  return backend.executeSingleOutput('BatchMatMulV2', attrs, [a, b]);
}
