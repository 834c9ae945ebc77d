import * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import { floatOp } from '../tensorflow/native-ops.ts';
import type { Attrs, Inputs } from './types.ts';

/** TensorFlow's product, which takes two matrices as they are: tfjs makes batches of them, at the cost of three reshapes. */
export const linearTensorflow: KernelBody<Inputs, Attrs> = ({ x, weight, bias }, { activation }, backend) =>
  tf.tidy(() => {
    const product = floatOp(backend, 'BatchMatMulV2', [x, weight], { adj_x: false, adj_y: false });
    const y = bias === undefined ? product : floatOp(backend, 'BiasAdd', [product, bias], { data_format: 'NHWC' });
    return activation === 'relu' ? floatOp(backend, 'Relu', [y]) : y;
  });
