import type * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import { floatOpOn, type NativeBackend } from '../tensorflow/native-ops.ts';
import type { Attrs, GradientInputs, Inputs } from './types.ts';

/** TensorFlow's batch norm of inference. */
export const frozenNormTensorflow: KernelBody<Inputs, Attrs> = ({ x, gain, bias, mean, variance }, attrs, backend) =>
  normOp(backend as NativeBackend, 'FusedBatchNormV3', [x, gain, bias, mean, variance], attrs, [1, 6])?.[0] ?? null;

/** Its gradient: dx, and sums over all pixels. The last input is of use to CUDA alone. */
export const frozenNormGradientTensorflow: KernelBody<GradientInputs, Attrs> = (
  { dy, x, gain, mean, variance },
  attrs,
  backend,
) => normOp(backend as NativeBackend, 'FusedBatchNormGradV3', [dy, x, gain, mean, variance, mean], attrs, [3, 5]);

/** The first outputs of an op on maps on the processor, or null where it does not apply. @param counts Outputs to keep, and all */
function normOp(
  backend: NativeBackend,
  name: string,
  inputs: tf.Tensor[],
  { epsilon }: Attrs,
  [kept, outputs]: [number, number],
): tf.Tensor[] | null {
  if (backend.isUsingGpuDevice || inputs[0]!.rank !== 4 || inputs[0]!.size === 0) return null;
  const { binding } = backend;
  const others = [{ name: 'U', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT }];
  const attrs = { epsilon, data_format: 'NHWC', is_training: false };
  const all = floatOpOn(backend, name, backend.getInputTensorIds(inputs), attrs, { outputs, others });
  for (const { id } of all.slice(kept)) binding.deleteTensor(id);
  return all.slice(0, kept).map((output) => backend.createOutputTensor(output));
}
