import type { KernelBody } from '../define-kernel.ts';
import { isOnProcessor } from '../tensorflow/native-ops.ts';
import { privateHeap } from '../tensorflow/private-heap.ts';
import { levelTable } from './level-table.ts';
import type { Attrs, GradientInputs, Inputs } from './types.ts';
import { headsOf, queriesOf, sizesOf } from './wasm.ts';

/**
 * The SIMD kernel on copies: TensorFlow's gathers take many times longer, and its tensors on the processor are one
 * copy away. On a CUDA device the gathers stay.
 */
export const deformableSamplingTensorflow: KernelBody<Inputs, Attrs> = (
  { value, locations, weights },
  { levels },
  backend,
) => {
  if (!isOnProcessor(backend)) return null;
  const heap = privateHeap();
  const [batch, , heads, depth] = value.shape;
  const shape = [batch, locations.shape[1]!, heads * depth];
  const length = shape.reduce((product, side) => product * side, 1);
  const inputs = [value, locations, weights, levelTable(levels)];
  const [from, at, weight, table, to] = heap.place(inputs, [length]) as Addresses;
  const args = [from, at, weight, table, to, ...sizesOf(value, locations)];
  heap.module.run('deformableSampling', args, queriesOf(locations));
  return heap.tensorAt(to, shape);
};

export const deformableSamplingGradientTensorflow: KernelBody<GradientInputs, Attrs> = (
  { dy, value, locations, weights },
  { levels },
  backend,
) => {
  if (!isOnProcessor(backend)) return null;
  const heap = privateHeap();
  const outputs = [value, locations, weights];
  const addresses = heap.place(
    [dy, ...outputs, levelTable(levels)],
    outputs.map(({ size }) => size),
  );
  heap.clear(addresses[5]!, value.size);
  const args = [...addresses, value.shape[0], ...sizesOf(value, locations)];
  heap.module.run('deformableSamplingGradient', args, headsOf(value, locations));
  return outputs.map(({ shape }, i) => heap.tensorAt(addresses[5 + i]!, shape));
};

type Addresses = [number, number, number, number, number];
