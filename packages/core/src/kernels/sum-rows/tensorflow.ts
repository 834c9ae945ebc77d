import type { KernelBody } from '../define-kernel.ts';
import { floatOp } from '../tensorflow/native-ops.ts';
import type { Attrs, Inputs } from './types.ts';

/** The gradient of a bias, which sums all axes but the last. */
export const sumRowsTensorflow: KernelBody<Inputs, Attrs> = ({ x }, { channels }, backend) =>
  x.rank < 2 || x.size === 0 || x.shape.at(-1) !== channels
    ? null
    : floatOp(backend, 'BiasAddGrad', [x], { data_format: 'NHWC' });
