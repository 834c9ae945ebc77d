import type * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import { privateHeap } from '../tensorflow/private-heap.ts';
import { levelTable } from './level-table.ts';
import type { Attrs, GradientInputs, Inputs } from './types.ts';
import { headsOf, queriesOf, sizesOf } from './wasm.ts';

type NativeBackend = tf.KernelBackend & { isUsingGpuDevice?: boolean };

/**
 * The SIMD kernel on copies: TensorFlow's gathers take many times longer, and its tensors on the processor are one
 * copy away. On a CUDA device the gathers stay.
 */
export const deformableSamplingTensorflow: KernelBody<Inputs, Attrs> = (
  { value, locations, weights },
  { levels },
  backend,
) => {
  if ((backend as NativeBackend).isUsingGpuDevice) return null;
  const heap = privateHeap();
  const [batch, , heads, depth] = value.shape;
  const shape = [batch, locations.shape[1]!, heads * depth];
  const length = shape.reduce((product, side) => product * side, 1);
  const inputs = [value, locations, weights].map(valuesOf);
  const [from, at, weight, table, to] = heap.place([...inputs, levelTable(levels)], [length]) as Addresses;
  const args = [from, at, weight, table, to, ...sizesOf(value, locations)];
  heap.module.run('deformableSampling', args, queriesOf(locations));
  return heap.tensorAt(to, shape);
};

export const deformableSamplingGradientTensorflow: KernelBody<GradientInputs, Attrs> = (
  { dy, value, locations, weights },
  { levels },
  backend,
) => {
  if ((backend as NativeBackend).isUsingGpuDevice) return null;
  const heap = privateHeap();
  const inputs = [dy, value, locations, weights].map(valuesOf);
  const outputs = [value, locations, weights];
  const addresses = heap.place(
    [...inputs, levelTable(levels)],
    outputs.map(({ size }) => size),
  );
  heap.clear(addresses[5]!, value.size);
  const args = [...addresses, value.shape[0], ...sizesOf(value, locations)];
  heap.module.run('deformableSamplingGradient', args, headsOf(value, locations));
  return outputs.map(({ shape }, i) => heap.tensorAt(addresses[5 + i]!, shape));
};

type Addresses = [number, number, number, number, number];

/** TensorFlow's tensors can be read at once on the processor; this is the only place outside of readTensors. */
function valuesOf(tensor: tf.Tensor): Float32Array {
  return tensor.dataSync() as Float32Array;
}
