import * as tf from '@tensorflow/tfjs-core';

import { sizeFromShape } from '../size.ts';
import { composed, type Repair } from './repair.ts';

/** Gathering with batch axes is wrong on wasm, gathering rows a hundred times slower than gatherND, scattering absent. */
export const wasmIndexingRepairs: Repair[] = [
  composed('GatherV2', 'wasm', ({ x, indices }, { axis, batchDims }) => gather(x, indices, axis ?? 0, batchDims ?? 0)),
  composed('UnsortedSegmentSum', 'wasm', ({ x, segmentIds }, { numSegments }) =>
    tf.scatterND(tf.reshape(segmentIds, [-1, 1]), x, [numSegments, ...x.shape.slice(1)]),
  ),
];

/** Rows of one table [B·O·D, S]: B shared batches, O outer positions, D along the axis, S inner elements. */
function gather(x: tf.Tensor, indices: tf.Tensor, axis: number, batchDims: number): tf.Tensor {
  const at = tf.util.parseAxisParam(axis, x.shape)[0];
  const batch = sizeFromShape(x.shape.slice(0, batchDims));
  const outer = sizeFromShape(x.shape.slice(batchDims, at));
  const depth = x.shape[at]!;
  const inner = sizeFromShape(x.shape.slice(at + 1));
  const shape = [...x.shape.slice(0, at), ...indices.shape.slice(batchDims), ...x.shape.slice(at + 1)];
  const perBatch = tf.reshape(tf.cast(indices, 'int32'), [batch, 1, indices.size / batch]);
  const starts = tf.reshape(tf.range(0, batch * outer * depth, depth, 'int32'), [batch, outer, 1]);
  const rows = batch * outer === 1 ? perBatch : tf.add(perBatch, starts);
  const table = tf.reshape(x, [batch * outer * depth, inner]);
  return tf.reshape(tf.gatherND(table, tf.reshape(rows, [-1, 1])), shape);
}
