import * as tf from '@tensorflow/tfjs-core';

import { fromInput, type Gradient } from './gradient.ts';

/** Derivatives of reading and writing by index. Indices themselves receive zeros. */
export const indexingGradients: Gradient[] = [
  {
    kernelName: 'GatherV2',
    inputsToSave: ['x', 'indices'],
    gradFunc: (dy, [x, indices], { axis, batchDims }) => ({
      x: () => gatherGradient(dy as tf.Tensor, x, indices, axis as number, (batchDims as number) ?? 0),
      indices: () => tf.zeros(indices.shape),
    }),
  },
  {
    kernelName: 'GatherNd',
    inputsToSave: ['params', 'indices'],
    gradFunc: (dy, [params, indices]) => ({
      params: () => tf.scatterND(indices, dy as tf.Tensor, params.shape),
      indices: () => tf.zeros(indices.shape),
    }),
  },
  {
    kernelName: 'ScatterNd',
    inputsToSave: ['indices'],
    gradFunc: (dy, [indices]) => ({
      updates: () => tf.gatherND(dy as tf.Tensor, indices),
      indices: () => tf.zeros(indices.shape),
    }),
  },
  {
    kernelName: 'TensorScatterUpdate',
    inputsToSave: ['indices', 'updates'],
    gradFunc: (dy, [indices, updates]) => ({
      tensor: () => tf.tensorScatterUpdate(tf.clone(dy as tf.Tensor), indices, tf.zeros(updates.shape)),
      updates: () => tf.gatherND(dy as tf.Tensor, indices),
      indices: () => tf.zeros(indices.shape),
    }),
  },
  {
    kernelName: 'UnsortedSegmentSum',
    inputsToSave: ['segmentIds'],
    gradFunc: (dy, [segmentIds]) => ({
      x: () => {
        const [least, most] = [0, (dy as tf.Tensor).shape[0]! - 1].map((row) => tf.scalar(row, 'int32'));
        const clipped = tf.minimum(tf.maximum(segmentIds, least!), most!);
        const inside = tf.cast(tf.equal(segmentIds, clipped), 'float32');
        const rows = tf.gather(dy as tf.Tensor, clipped);
        return tf.mul(rows, tf.reshape(inside, [...segmentIds.shape, ...new Array(rows.rank - 1).fill(1)]));
      },
      segmentIds: () => tf.zeros(segmentIds.shape),
    }),
  },
  {
    kernelName: 'Select',
    inputsToSave: ['condition', 't', 'e'],
    gradFunc: (dy, [condition, t, e]) => ({
      condition: () => tf.zeros(condition.shape),
      t: () => tf.mul(tf.reshape(dy as tf.Tensor, t.shape), chosen(condition, t)),
      e: () => tf.mul(tf.reshape(dy as tf.Tensor, e.shape), tf.sub(1, chosen(condition, e))),
    }),
  },
  {
    kernelName: 'TopK',
    inputsToSave: ['x'],
    outputsToSave: [false, true],
    gradFunc: (dy, [x, indices]) => ({ x: () => topKGradient((dy as tf.Tensor[])[0], x, indices) }),
  },
  fromInput('StridedSlice', (dy, x, attrs) => stridedSliceGradient(dy, x, attrs)),
];

/** The condition as zeros and ones; a condition of rank one chooses whole rows. */
function chosen(condition: tf.Tensor, value: tf.Tensor): tf.Tensor {
  const ones = new Array(value.rank - condition.rank).fill(1);
  return tf.reshape(tf.cast(condition, 'float32'), [...condition.shape, ...ones]);
}

/**
 * Scatters [B, O, n, S] back into [B, O, D, S] as rows of one table: B shared batches, O outer positions,
 * D positions along the axis, n indices, S inner elements.
 */
function gatherGradient(dy: tf.Tensor, x: tf.Tensor, indices: tf.Tensor, axis: number, batchDims: number): tf.Tensor {
  const at = tf.util.parseAxisParam(axis, x.shape)[0];
  const product = (shape: number[]) => shape.reduce((total, side) => total * side, 1);
  const batch = product(x.shape.slice(0, batchDims));
  const outer = product(x.shape.slice(batchDims, at));
  const depth = x.shape[at];
  const inner = product(x.shape.slice(at + 1));
  const perBatch = tf.reshape(tf.cast(indices, 'int32'), [batch, 1, indices.size / batch]);
  const starts = tf.reshape(tf.range(0, batch * outer * depth, depth, 'int32'), [batch, outer, 1]);
  const rows = tf.reshape(tf.add(perBatch, starts), [-1, 1]);
  const updates = tf.reshape(dy, [rows.shape[0], inner]);
  return tf.reshape(tf.scatterND(rows, updates, [batch * outer * depth, inner]), x.shape);
}

function topKGradient(dy: tf.Tensor, x: tf.Tensor, indices: tf.Tensor): tf.Tensor {
  const depth = x.shape.at(-1)!;
  const k = indices.shape.at(-1)!;
  const rows = x.size / depth; // [rows, depth]
  const starts = tf.reshape(tf.range(0, x.size, depth, 'int32'), [rows, 1]);
  const flat = tf.add(tf.reshape(indices, [rows, k]), starts);
  const scattered = tf.scatterND(tf.reshape(flat, [-1, 1]), tf.reshape(dy, [-1]), [x.size]);
  return tf.reshape(scattered, x.shape);
}

/** Positive strides without masks: pads between the elements taken, then around them. */
function stridedSliceGradient(dy: tf.Tensor, x: tf.Tensor, attrs: Record<string, number[]>): tf.Tensor {
  const { begin, end, strides, beginMask, endMask } = attrs as typeof attrs & { beginMask: number; endMask: number };
  const masked = Number(beginMask ?? 0) | Number(endMask ?? 0) | Number(attrs.ellipsisMask ?? 0);
  if (masked !== 0 || strides.some((stride) => stride < 1) || dy.rank !== x.rank || end.length !== x.rank) {
    throw new Error(
      'gradient of stridedSlice: expected positive strides and no masks, got others. Use slice and reverse instead',
    );
  }
  return x.shape.reduce((gradient, side, axis) => {
    const stride = strides[axis];
    const start = begin[axis] < 0 ? begin[axis] + side : begin[axis];
    const before = gradient.shape.slice(0, axis);
    const after = gradient.shape.slice(axis + 1);
    const inner = after.reduce((total, n) => total * n, 1);
    const outer = before.reduce((total, n) => total * n, 1);
    const taken = gradient.shape[axis]!;
    const apart = tf.pad(tf.reshape(gradient, [outer, taken, 1, inner]), [
      [0, 0],
      [0, 0],
      [0, stride - 1],
      [0, 0],
    ]);
    const run = tf.slice(
      tf.reshape(apart, [outer, taken * stride, inner]),
      [0, 0, 0],
      [outer, Math.min(taken * stride, side - start), inner],
    );
    const placed = tf.pad(run, [
      [0, 0],
      [start, side - start - run.shape[1]!],
      [0, 0],
    ]);
    return tf.reshape(placed, [...before, side, ...after]);
  }, dy);
}
