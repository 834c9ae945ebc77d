import type { OnnxBody } from './onnx-body.ts';

/** softmax(scale · Q Kᵀ + bias) V of each head, whose axes are the third of every operand. */
export const attention: OnnxBody = (graph, { query, key, value, bias }, { scale }, [y]) => {
  const heads = graph.request(query, query.shape, [0, 2, 1, 3]); // [B, h, N, d]
  const keys = graph.request(key, key.shape, [0, 2, 3, 1]); // [B, h, d, L]
  const scaled = graph.node('Mul', [heads, graph.floats([scale])]);
  const logits = graph.node('MatMul', [scaled, keys]); // [B, h, N, L]
  const biased = bias === undefined ? logits : graph.node('Add', [logits, graph.request(bias)]);
  const weights = graph.node('Softmax', [biased], { axis: -1 });
  const mixed = graph.node('MatMul', [weights, graph.request(value, value.shape, [0, 2, 1, 3])]);
  graph.define(y, mixed, y.shape, [0, 2, 1, 3]);
};
