import * as tf from '@tensorflow/tfjs-core';

import type { OnnxBody } from './onnx-body.ts';

export function reduction(op: string, axesAreInput: boolean): OnnxBody {
  return (graph, { x }, attrs, [y]) => {
    const axes = tf.util.parseAxisParam(attrs.reductionIndices ?? attrs.axis ?? null!, x.shape);
    const keepdims = y.rank === x.rank ? 1 : 0; // tfjs reshapes afterwards; both are one value here
    const input = graph.request(x);
    const result = axesAreInput
      ? graph.node(op, [input, graph.integers(axes)], { keepdims })
      : graph.node(op, [input], { axes, keepdims });
    graph.define(y, result);
  };
}

export const gather: OnnxBody = (graph, { x, indices }, { axis, batchDims = 0 }, [y]) => {
  const at = tf.util.parseAxisParam(axis ?? 0, x.shape)[0];
  if (batchDims === 0) {
    graph.define(y, graph.node('Gather', [graph.request(x), graph.request(indices)], { axis: at }));
  } else if (at === batchDims) {
    const wide = graph.node('Cast', [graph.request(indices, [...indices.shape, 1])], { to: 7 });
    graph.define(y, graph.node('GatherND', [graph.request(x), wide], { batch_dims: batchDims }));
  } else {
    throw new Error(`ONNX export: expected a gather along axis ${batchDims}, behind its batches, got axis ${at}`);
  }
};

/** The first of equals, as tfjs has it. */
export const argMax: OnnxBody = (graph, { x }, { axis }, [y]) => {
  const at = tf.util.parseAxisParam(axis, x.shape)[0];
  const found = graph.node('ArgMax', [graph.request(x)], { axis: at, keepdims: 0 });
  graph.define(y, graph.node('Cast', [found], { to: 6 }));
};

export const topK: OnnxBody = (graph, { x }, { k, sorted }, [values, indices]) => {
  const attributes = { axis: -1, largest: 1, sorted: sorted ? 1 : 0 };
  const [best, at] = graph.nodeOf('TopK', [graph.request(x), graph.integers([k])], 2, attributes);
  graph.define(values, best);
  graph.define(indices, graph.node('Cast', [at], { to: 6 }));
};
