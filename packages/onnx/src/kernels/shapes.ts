import * as tf from '@tensorflow/tfjs-core';

import { identity, permuted } from '../graph/axes.ts';
import type { OnnxBody } from './onnx-body.ts';

export const concat: OnnxBody = (graph, inputs, { axis }, [y]) => {
  const parts = Object.values(inputs).filter(({ size }) => size > 0);
  const at = tf.util.parseAxisParam(axis, y.shape)[0];
  const layouts = parts.map((part) => graph.layoutOf(part).join());
  const perm = layouts.every((layout) => layout === layouts[0]) ? graph.layoutOf(parts[0]) : identity(y.rank);
  const names = parts.map((part) => graph.request(part, part.shape, perm));
  graph.define(y, graph.node('Concat', names, { axis: perm.indexOf(at) }), y.shape, perm);
};

export const pack: OnnxBody = (graph, inputs, { axis }, [y]) => {
  const at = tf.util.parseAxisParam(axis ?? 0, y.shape)[0];
  const names = Object.values(inputs).map((x) => graph.request(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]));
  graph.define(y, graph.node('Concat', names, { axis: at }));
};

export const split: OnnxBody = (graph, { x }, { axis }, outputs) => {
  const at = tf.util.parseAxisParam(axis, x.shape)[0];
  const perm = graph.layoutOf(x);
  const sizes = graph.integers(outputs.map(({ shape }) => shape[at]!));
  const names = graph.nodeOf('Split', [graph.request(x, x.shape, perm), sizes], outputs.length, {
    axis: perm.indexOf(at),
  });
  for (const [i, y] of outputs.entries()) graph.define(y, names[i], y.shape, perm);
};

export const slice: OnnxBody = (graph, { x }, { begin }, [y]) => {
  const perm = graph.layoutOf(x);
  const from = permuted(
    x.shape.map((_, axis) => [begin].flat()[axis] ?? 0),
    perm,
  );
  const sides = permuted(y.shape, perm);
  const bounds = [from, from.map((start, i) => start + sides[i]), identity(x.rank)].map((each) => graph.integers(each));
  graph.define(y, graph.node('Slice', [graph.request(x, x.shape, perm), ...bounds]), y.shape, perm);
};

export const pad: OnnxBody = (graph, { x }, { paddings, constantValue }, [y]) => {
  const perm = graph.layoutOf(x);
  const sides = permuted(paddings as [number, number][], perm);
  const pads = graph.integers([...sides.map(([before]) => before), ...sides.map(([, after]) => after)]);
  const result = graph.node('Pad', [graph.request(x, x.shape, perm), pads, graph.floats([constantValue])], {
    mode: 'constant',
  });
  graph.define(y, result, y.shape, perm);
};

export const tile: OnnxBody = (graph, { x }, { reps }, [y]) => {
  graph.define(y, graph.node('Tile', [graph.request(x), graph.integers(reps)]));
};

export const transposition: OnnxBody = (graph, { x }, { perm }, [y]) => graph.defineTransposed(y, x, perm);

/** The result has its input's data, and with it its value. */
export const sameData: OnnxBody = () => {};
