import type { Padding2D } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import type { TensorflowBody } from './tensorflow-body.ts';
import type { TensorflowAttributes, TensorflowGraph } from './tensorflow-graph.ts';

/** Type of every value that networks multiply. */
const FLOAT = { T: { type: 'float32' } } as const;

/** Padding is a node of its own, which TensorFlow and TFLite both run before a convolution without any. */
export const convolution: TensorflowBody = (
  graph,
  { x, filter, bias },
  { strides, padding, dilation, activation },
  [y],
) => {
  const attributes: TensorflowAttributes = {
    ...FLOAT,
    strides: { ints: [1, ...strides, 1] },
    dilations: { ints: [1, dilation, dilation, 1] },
    padding: { text: 'VALID' },
  };
  const result = graph.node('Conv2D', [padded(graph, x, padding, 0), graph.request(filter)], attributes);
  graph.define(y, finished(graph, result, bias, activation));
};

/** The factors are in the filter of the graph. */
export const scaledConvolution: TensorflowBody = (graph, { filter, scale, ...inputs }, attrs, outputs) => {
  tf.tidy(() => convolution(graph, { ...inputs, filter: tf.mul(filter, scale) }, attrs, outputs));
};

export const depthwise: TensorflowBody = (graph, { x, filter }, { strides, pad, dilations, dimRoundingMode }, [y]) => {
  const sizes = [x.shape, filter.shape, strides, dilations, pad, dimRoundingMode, true] as unknown;
  const { padInfo, strideHeight, strideWidth, dilationHeight, dilationWidth } = tf.backend_util.computeConv2DInfo(
    ...(sizes as Parameters<typeof tf.backend_util.computeConv2DInfo>),
  );
  const input = padded(graph, x, [[padInfo.top, padInfo.bottom], [padInfo.left, padInfo.right]], 0); // biome-ignore format: rows
  const attributes: TensorflowAttributes = {
    ...FLOAT,
    strides: { ints: [1, strideHeight, strideWidth, 1] },
    dilations: { ints: [1, dilationHeight, dilationWidth, 1] },
    padding: { text: 'VALID' },
  };
  graph.define(y, graph.node('DepthwiseConv2dNative', [input, graph.request(filter)], attributes));
};

/** -3.4028234663852886e38: float32's lowest, which never wins; -∞ is no number to TFLite's quantizers. */
const LOWEST = -3.4028234663852886e38;

export const maxPool: TensorflowBody = (graph, { x }, { size, strides, padding }, [y]) => {
  const attributes: TensorflowAttributes = {
    ...FLOAT,
    ksize: { ints: [1, ...size, 1] },
    strides: { ints: [1, ...strides, 1] },
    padding: { text: 'VALID' },
  };
  graph.define(y, graph.node('MaxPool', [padded(graph, x, padding, LOWEST)], attributes));
};

export const linear: TensorflowBody = (graph, { x, weight, bias }, { activation }, [y]) => {
  const attributes = { ...FLOAT, transpose_a: { bool: false }, transpose_b: { bool: false } };
  const result = graph.node('MatMul', [graph.request(x), graph.request(weight)], attributes);
  graph.define(y, finished(graph, result, bias, activation));
};

export const product: TensorflowBody = (graph, { a, b }, { transposeA, transposeB }, [y]) => {
  graph.define(y, batchProduct(graph, [graph.request(a), graph.request(b)], [transposeA, transposeB]));
};

/** softmax(scale · Q Kᵀ + bias) V of each head, whose axes are the third of every operand. */
export const attention: TensorflowBody = (graph, { query, key, value, bias }, { scale }, [y]) => {
  const [heads, keys, values] = [query, key, value].map((x) => transposed(graph, graph.request(x), [0, 2, 1, 3]));
  const scaled = graph.node('Mul', [heads, graph.floats([scale])], FLOAT);
  const logits = batchProduct(graph, [scaled, keys], [false, true]);
  const biased = bias === undefined ? logits : graph.node('AddV2', [logits, graph.request(bias)], FLOAT);
  const mixed = batchProduct(graph, [graph.node('Softmax', [biased], FLOAT), values], [false, false]);
  graph.define(y, transposed(graph, mixed, [0, 2, 1, 3]));
};

export const layerNorm: TensorflowBody = (graph, { x, gain, bias }, { epsilon }, [y]) => {
  const normal = normalized(graph, graph.request(x), [x.rank - 1], epsilon);
  const scaled = graph.node('Mul', [normal, graph.request(gain)], FLOAT);
  graph.define(y, graph.node('AddV2', [scaled, graph.request(bias)], FLOAT));
};

export const groupNorm: TensorflowBody = (graph, { x, gain, bias }, { groups, epsilon }, [y]) => {
  const [batch, height, width, channels] = x.shape;
  const grouped = graph.reshape(graph.request(x), 'float32', [batch, height * width, groups, channels / groups]);
  const map = graph.reshape(normalized(graph, grouped, [1, 3], epsilon), 'float32', x.shape);
  const scaled = graph.node('Mul', [map, graph.request(gain)], FLOAT);
  graph.define(y, graph.node('AddV2', [scaled, graph.request(bias)], FLOAT));
};

/** In the shape that TFLite's converter knows as one operator: ½x · (1 + erf(x · √½)). */
export const gelu: TensorflowBody = (graph, { x }, _, [y]) => {
  const input = graph.request(x);
  const erf = graph.node('Erf', [graph.node('Mul', [input, graph.floats([Math.SQRT1_2])], FLOAT)], FLOAT);
  const half = graph.node('Mul', [input, graph.floats([0.5])], FLOAT);
  graph.define(y, graph.node('Mul', [half, graph.node('AddV2', [erf, graph.floats([1])], FLOAT)], FLOAT));
};

/** (x − mean) / √(variance + ε) over axes. */
function normalized(graph: TensorflowGraph, x: string, axes: number[], epsilon: number): string {
  const attributes = { ...FLOAT, Tidx: { type: 'int32' }, keep_dims: { bool: true } } as const;
  const mean = graph.node('Mean', [x, graph.integers(axes)], attributes);
  const centered = graph.node('Sub', [x, mean], FLOAT);
  const variance = graph.node('Mean', [graph.node('Square', [centered], FLOAT), graph.integers(axes)], attributes);
  const root = graph.node('Rsqrt', [graph.node('AddV2', [variance, graph.floats([epsilon])], FLOAT)], FLOAT);
  return graph.node('Mul', [centered, root], FLOAT);
}

function finished(graph: TensorflowGraph, x: string, bias: tf.Tensor | undefined, activation: string): string {
  const biased = bias === undefined ? x : graph.node('BiasAdd', [x, graph.request(bias)], FLOAT);
  return activation === 'relu' ? graph.node('Relu', [biased], FLOAT) : biased;
}

function padded(graph: TensorflowGraph, x: tf.Tensor, padding: Padding2D, value: number): string {
  if (padding.flat().every((side) => side === 0)) return graph.request(x);
  const sides = graph.integers([0, 0, ...padding.flat(), 0, 0], [4, 2]);
  const attributes = { ...FLOAT, Tpaddings: { type: 'int32' } } as const;
  return graph.node('PadV2', [graph.request(x), sides, graph.floats([value])], attributes);
}

function batchProduct(graph: TensorflowGraph, operands: string[], [first, second]: boolean[]): string {
  return graph.node('BatchMatMulV2', operands, { ...FLOAT, adj_x: { bool: first }, adj_y: { bool: second } });
}

function transposed(graph: TensorflowGraph, x: string, perm: number[]): string {
  return graph.node('Transpose', [x, graph.integers(perm)], { ...FLOAT, Tperm: { type: 'int32' } });
}
