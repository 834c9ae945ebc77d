import * as tf from '@tensorflow/tfjs-core';

import { allocateZeros, type WasmBackend } from '../wasm/wasm-backend.ts';

/** A product or convolution over no terms, or of no elements: what is added to it is left. */
export function ofNothing(backend: WasmBackend, shape: number[], bias?: tf.Tensor, relu = false): tf.Tensor {
  const zeros = tf.engine().makeTensorFromTensorInfo(allocateZeros(backend, shape));
  const shifted = bias === undefined ? zeros : tf.add(zeros, bias);
  return relu ? tf.relu(shifted) : shifted;
}

/** True for a bias of one number for each column or channel; other shapes broadcast along other axes. */
export function isRowOf(columns: number | undefined, bias: tf.Tensor | undefined): boolean {
  return bias !== undefined && bias.size === columns && bias.shape.at(-1) === columns;
}
