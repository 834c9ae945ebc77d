import type * as tf from '@tensorflow/tfjs-core';

import { identity, type Sides } from '../graph/axes.ts';
import type { Graph } from '../graph/graph.ts';
import type { Attribute } from '../graph/onnx-graph.ts';
import type { OnnxBody } from './onnx-body.ts';

/** One node that works element by element, in the layout in which its operands exist. */
export function elementwise(op: string, attributes?: Record<string, Attribute>): OnnxBody {
  return (graph, inputs, _, [y]) => {
    const operands = Object.values(inputs);
    const perm = commonLayout(graph, operands, y);
    const names = operands.map((x) => graph.request(x, ...broadcastForm(x, y.rank, perm)));
    graph.define(y, graph.node(op, names, attributes), y.shape, perm);
  };
}

/** That of an operand of the result's shape which exists in no row-major form; otherwise row-major. */
function commonLayout(graph: Graph, operands: tf.Tensor[], y: tf.Tensor): Sides {
  const whole = operands.filter((x) => graph.isDynamic(x) && x.shape.join() === y.shape.join());
  const layouts = whole.map((x) => graph.layoutOf(x));
  return layouts.find((perm) => perm.join() !== identity(y.rank).join()) ?? identity(y.rank);
}

/** Leading ones up to the result's rank only if axes move: ONNX aligns the last axes, as tfjs does. */
function broadcastForm(x: tf.Tensor, rank: number, perm: Sides): [Sides, Sides] {
  if (perm.join() === identity(rank).join()) return [x.shape, identity(x.rank)];
  return [[...Array(rank - x.rank).fill(1), ...x.shape], perm];
}

/** x · Φ(x) in the five nodes that runtimes fuse to one. */
export const gelu: OnnxBody = (graph, { x }, _, [y]) => {
  const input = graph.request(x);
  const erf = graph.node('Erf', [graph.node('Div', [input, graph.floats([Math.SQRT2])])]);
  const twice = graph.node('Mul', [input, graph.node('Add', [erf, graph.floats([1])])]);
  graph.define(y, graph.node('Mul', [twice, graph.floats([0.5])]));
};

export const clip: OnnxBody = (graph, { x }, { clipValueMin, clipValueMax }, [y]) => {
  const perm = graph.layoutOf(x);
  const bounds = [clipValueMin, clipValueMax].map((bound: number) => graph.floats([bound]));
  graph.define(y, graph.node('Clip', [graph.request(x, x.shape, perm), ...bounds]), y.shape, perm);
};

export const cast: OnnxBody = (graph, { x }, { dtype }, [y]) => {
  const perm = graph.layoutOf(x);
  const to = { float32: 1, int32: 6, bool: 9 }[dtype as string];
  if (to === undefined) throw new Error(`ONNX export: no cast to ${dtype}`);
  graph.define(y, graph.node('Cast', [graph.request(x, x.shape, perm)], { to }), y.shape, perm);
};

export const floorDivision: OnnxBody = (graph, { a, b }, _, [y]) => {
  const quotient = graph.node('Div', [graph.request(a), graph.request(b)]);
  graph.define(y, y.dtype === 'int32' ? quotient : graph.node('Floor', [quotient])); // of positive integers both are one
};

export const softmax: OnnxBody = (graph, { logits }, _, [y]) => {
  graph.define(y, graph.node('Softmax', [graph.request(logits)], { axis: -1 }));
};

export const square: OnnxBody = (graph, { x }, _, [y]) => {
  const perm = graph.layoutOf(x);
  const input = graph.request(x, x.shape, perm);
  graph.define(y, graph.node('Mul', [input, input]), y.shape, perm);
};

export const inverseRoot: OnnxBody = (graph, { x }, _, [y]) => {
  graph.define(y, graph.node('Reciprocal', [graph.node('Sqrt', [graph.request(x)])]));
};
