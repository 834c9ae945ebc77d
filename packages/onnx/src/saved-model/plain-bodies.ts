import * as tf from '@tensorflow/tfjs-core';

import type { TensorflowBody } from './tensorflow-body.ts';
import { type TensorflowAttributes, type TensorflowGraph, typeOf } from './tensorflow-graph.ts';

const INDICES = { type: 'int32' } as const;

/** One node of the same meaning, whose type is its first operand's. */
export function plain(op: string): TensorflowBody {
  return (graph, inputs, _, [y]) => {
    const operands = Object.values(inputs);
    graph.define(y, graph.node(op, requests(graph, operands), ofType(operands[0])));
  };
}

/** One node that takes any number of operands. */
export const sumOfAll: TensorflowBody = (graph, inputs, _, [y]) => {
  const operands = Object.values(inputs);
  graph.define(y, graph.node('AddN', requests(graph, operands), { ...ofType(y), N: { int: operands.length } }));
};

export function reduction(op: string): TensorflowBody {
  return (graph, { x }, attrs, [y]) => {
    const axes = tf.util.parseAxisParam(attrs.reductionIndices ?? attrs.axis ?? null!, x.shape);
    const attributes = { ...ofType(x), Tidx: INDICES, keep_dims: { bool: y.rank === x.rank } };
    graph.define(y, graph.node(op, [graph.request(x), graph.integers(axes)], attributes));
  };
}

export function resize(op: string): TensorflowBody {
  return (graph, { images }, { alignCorners, halfPixelCenters }, [y]) => {
    const sides = graph.integers([y.shape[1]!, y.shape[2]!]);
    const attributes = {
      ...ofType(images),
      align_corners: { bool: Boolean(alignCorners) },
      half_pixel_centers: { bool: Boolean(halfPixelCenters) },
    };
    graph.define(y, graph.node(op, [graph.request(images), sides], attributes));
  };
}

export const concat: TensorflowBody = (graph, inputs, { axis }, [y]) => {
  const parts = Object.values(inputs).filter(({ size }) => size > 0);
  const at = graph.integers([axisOf(axis, y)], []);
  const attributes = { ...ofType(y), N: { int: parts.length }, Tidx: INDICES };
  graph.define(y, graph.node('ConcatV2', [...requests(graph, parts), at], attributes));
};

export const pack: TensorflowBody = (graph, inputs, { axis }, [y]) => {
  const parts = Object.values(inputs);
  const attributes = { ...ofType(y), N: { int: parts.length }, axis: { int: axisOf(axis ?? 0, y) } };
  graph.define(y, graph.node('Pack', requests(graph, parts), attributes));
};

export const pad: TensorflowBody = (graph, { x }, { paddings, constantValue }, [y]) => {
  const sides = graph.integers((paddings as number[][]).flat(), [x.rank, 2]);
  const attributes = { ...ofType(x), Tpaddings: INDICES };
  graph.define(y, graph.node('PadV2', [graph.request(x), sides, graph.floats([constantValue])], attributes));
};

export const cast: TensorflowBody = (graph, { x }, _, [y]) => {
  graph.define(y, graph.node('Cast', [graph.request(x)], { SrcT: { type: typeOf(x) }, DstT: { type: typeOf(y) } }));
};

/** Two nodes, since TFLite lacks ClipByValue. */
export const clip: TensorflowBody = (graph, { x }, { clipValueMin, clipValueMax }, [y]) => {
  const low = graph.node('Maximum', [graph.request(x), graph.floats([clipValueMin])], ofType(x));
  graph.define(y, graph.node('Minimum', [low, graph.floats([clipValueMax])], ofType(x)));
};

export const transposition: TensorflowBody = (graph, { x }, { perm }, [y]) => {
  graph.define(y, graph.node('Transpose', [graph.request(x), graph.integers(perm)], { ...ofType(x), Tperm: INDICES }));
};

export const slice: TensorflowBody = (graph, { x }, { begin }, [y]) => {
  const from = graph.integers(x.shape.map((_, axis) => [begin].flat()[axis] ?? 0));
  const attributes = { ...ofType(x), Index: INDICES };
  graph.define(y, graph.node('Slice', [graph.request(x), from, graph.integers(y.shape)], attributes));
};

export const split: TensorflowBody = (graph, { x }, { axis }, outputs) => {
  const at = axisOf(axis, x);
  const sizes = graph.integers(outputs.map(({ shape }) => shape[at]!));
  const attributes = { ...ofType(x), Tlen: INDICES, num_split: { int: outputs.length } };
  defineAll(graph, graph.node('SplitV', [graph.request(x), sizes, graph.integers([at], [])], attributes), outputs);
};

export const tile: TensorflowBody = (graph, { x }, { reps }, [y]) => {
  graph.define(y, graph.node('Tile', [graph.request(x), graph.integers(reps)], { ...ofType(x), Tmultiples: INDICES }));
};

export const gather: TensorflowBody = (graph, { x, indices }, { axis, batchDims = 0 }, [y]) => {
  const operands = [graph.request(x), graph.request(indices), graph.integers([axisOf(axis ?? 0, x)], [])];
  const types = { Tparams: { type: typeOf(x) }, Tindices: { type: typeOf(indices) }, Taxis: INDICES };
  graph.define(y, graph.node('GatherV2', operands, { ...types, batch_dims: { int: batchDims } }));
};

/** The first of equals, as tfjs has it. */
export const argMax: TensorflowBody = (graph, { x }, { axis }, [y]) => {
  const attributes = { ...ofType(x), Tidx: INDICES, output_type: INDICES };
  graph.define(y, graph.node('ArgMax', [graph.request(x), graph.integers([axisOf(axis, x)], [])], attributes));
};

export const topK: TensorflowBody = (graph, { x }, { k, sorted }, outputs) => {
  const attributes = { ...ofType(x), sorted: { bool: Boolean(sorted) } };
  defineAll(graph, graph.node('TopKV2', [graph.request(x), graph.integers([k], [])], attributes), outputs);
};

/** The result has its input's data, and with it its name. */
export const sameData: TensorflowBody = () => {};

function defineAll(graph: TensorflowGraph, node: string, outputs: readonly tf.Tensor[]): void {
  for (const [i, y] of outputs.entries()) graph.define(y, i === 0 ? node : `${node}:${i}`);
}

function requests(graph: TensorflowGraph, tensors: readonly tf.Tensor[]): string[] {
  return tensors.map((tensor) => graph.request(tensor));
}

function ofType(tensor: tf.Tensor): TensorflowAttributes {
  return { T: { type: typeOf(tensor) } };
}

function axisOf(axis: number, { shape }: tf.Tensor): number {
  return tf.util.parseAxisParam(axis, shape)[0];
}
