import { float32ToFloat16 } from '@seg/checkpoint/safetensors';

import { ELEMENT_TYPE, type OnnxGraph, type OnnxNode, type OnnxTensor } from './onnx-graph.ts';

/** 256: tensors of fewer numbers are biases and scales, whose bytes do not count. */
const LEAST = 256;

/** 65504: the largest number of half precision. */
const LARGEST_HALF = 65504;

/**
 * Stores weights in half precision: half the file. Runtimes widen them once, when they load it, and compute as before.
 *
 * @throws RangeError naming a weight beyond ±65504
 */
export function withHalfWeights(graph: OnnxGraph): OnnxGraph {
  const halved = new Map(graph.initializers.filter(isWeight).map((tensor) => [tensor.name, halfOf(tensor)]));
  const casts = [...halved].map(
    ([name, { name: half }]): OnnxNode => ({
      op: 'Cast',
      name: `${name}/Cast`,
      inputs: [half],
      outputs: [name],
      attributes: { to: ELEMENT_TYPE.float32 },
    }),
  );
  const initializers = graph.initializers.map((tensor) => halved.get(tensor.name) ?? tensor);
  return { ...graph, nodes: [...casts, ...graph.nodes], initializers };
}

function isWeight({ type, data }: OnnxTensor): boolean {
  return type === 'float32' && data.length >= 4 * LEAST;
}

function halfOf(tensor: OnnxTensor): OnnxTensor {
  const values = new Float32Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.length / 4);
  const beyond = values.find((value) => Math.abs(value) > LARGEST_HALF);
  if (beyond !== undefined) {
    throw new RangeError(`exportOnnx: ${tensor.name}: expected values within ±${LARGEST_HALF}, got ${beyond}`);
  }
  const data = new Uint8Array(float32ToFloat16(values).buffer);
  return { ...tensor, name: `${tensor.name}.half`, type: 'float16', data };
}
