import type * as tf from '@tensorflow/tfjs-core';

import type { Size } from '../../outputs.ts';
import type { Body } from '../define-kernel.ts';
import { levelTable } from '../level-table.ts';
import { addressOf, allocate, allocateZeros, type WasmBackend, withTable } from './wasm-backend.ts';
import { wasmKernels } from './wasm-kernels.ts';

type Inputs = { value: tf.Tensor4D; locations: tf.Tensor; weights: tf.Tensor };
type Attrs = { levels: Size[] };

export const deformableSamplingWasm: Body<Inputs, Attrs> = ({ value, locations, weights }, { levels }, given) => {
  const backend = given as WasmBackend;
  const sizes = sizesOf(value, locations);
  const out = allocate(backend, [value.shape[0], locations.shape[1]!, value.shape[2] * value.shape[3]]);
  withTable(backend, levelTable(levels), (table) => {
    const [from, at, weight, to] = [value, locations, weights, out].map((tensor) => addressOf(backend, tensor));
    wasmKernels(backend).deformableSampling(from, at, weight, table, to, ...sizes);
  });
  return out;
};

export const deformableSamplingGradientWasm: Body<Inputs & { dy: tf.Tensor }, Attrs> = (
  { dy, value, locations, weights },
  { levels },
  given,
) => {
  const backend = given as WasmBackend;
  const outputs = [
    allocateZeros(backend, value.shape),
    allocate(backend, locations.shape),
    allocate(backend, weights.shape),
  ];
  withTable(backend, levelTable(levels), (table) => {
    const inputs = [dy, value, locations, weights].map((tensor) => addressOf(backend, tensor));
    const results = outputs.map((tensor) => addressOf(backend, tensor));
    wasmKernels(backend).deformableSamplingGradient(...inputs, table, ...results, ...sizesOf(value, locations));
  });
  return outputs;
};

/** B, S, Q, M, D, L, P */
function sizesOf(value: tf.Tensor4D, locations: tf.Tensor): number[] {
  const [batch, tokens, heads, depth] = value.shape;
  const [, queries, , levels, points] = locations.shape;
  return [batch, tokens, queries!, heads, depth, levels!, points!];
}
