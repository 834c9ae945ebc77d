import type * as tf from '@tensorflow/tfjs-core';

import type { KernelBody } from '../define-kernel.ts';
import { addressOf, clear, type WasmBackend, withTable, writeTensor, writeTensors } from '../wasm/wasm-backend.ts';
import { type Range, wasmModule } from '../wasm/wasm-kernels.ts';
import { levelTable } from './level-table.ts';
import type { Attrs, GradientInputs, Inputs } from './types.ts';

export const deformableSamplingWasm: KernelBody<Inputs, Attrs> = ({ value, locations, weights }, { levels }, given) => {
  const backend = given as WasmBackend;
  const shape = [value.shape[0], locations.shape[1]!, value.shape[2] * value.shape[3]];
  const inputs = [value, locations, weights].map((tensor) => addressOf(backend, tensor));
  return writeTensor(backend, shape, (to) =>
    withTable(backend, levelTable(levels), (table) => {
      const args = [...inputs, table, to, ...sizesOf(value, locations)];
      wasmModule(backend).run('deformableSampling', args, queriesOf(locations));
    }),
  );
};

export const deformableSamplingGradientWasm: KernelBody<GradientInputs, Attrs> = (
  { dy, value, locations, weights },
  { levels },
  given,
) => {
  const backend = given as WasmBackend;
  const inputs = [dy, value, locations, weights].map((tensor) => addressOf(backend, tensor));
  return writeTensors(backend, [value.shape, locations.shape, weights.shape], (outputs) => {
    clear(backend, outputs[0]!, value.shape);
    withTable(backend, levelTable(levels), (table) => {
      const args = [...inputs, table, ...outputs, value.shape[0], ...sizesOf(value, locations)];
      wasmModule(backend).run('deformableSamplingGradient', args, headsOf(value, locations));
    });
  });
};

/** S, Q, M, D, L, P */
export function sizesOf(value: tf.Tensor4D, locations: tf.Tensor): number[] {
  const [, tokens, heads, depth] = value.shape;
  const [, queries, , levels, points] = locations.shape;
  return [tokens, queries!, heads, depth, levels!, points!];
}

/** The forward kernel goes by queries of all images. */
export function queriesOf(locations: tf.Tensor): Range {
  return { to: locations.shape[0]! * locations.shape[1]!, grain: 64 };
}

/** The gradient goes by heads: what one head adds to the gradient of `value` no other touches. */
export function headsOf(value: tf.Tensor4D, locations: tf.Tensor): Range {
  return { to: value.shape[2], grain: locations.size > 20_000 ? 1 : value.shape[2] };
}
