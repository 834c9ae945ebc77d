import type { KernelBody } from '../define-kernel.ts';
import { floatOp } from '../tensorflow/native-ops.ts';
import type { Attrs, Inputs } from './types.ts';

/** One op in place of the six that tfjs makes a step of. */
export const reluGradientTensorflow: KernelBody<Inputs, Attrs> = ({ dy, y }, _, backend) =>
  floatOp(backend, 'ReluGrad', [dy, y]);
