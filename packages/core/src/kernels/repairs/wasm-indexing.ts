import * as tf from '@tensorflow/tfjs-core';

import { sizeFromShape } from '../size.ts';
import { addressOf, type WasmBackend } from '../wasm/wasm-backend.ts';
import { composed, type Repair } from './repair.ts';

/**
 * Gathering with batch axes is wrong on wasm, gathering rows a hundred times slower than gatherND, scattering absent. What reads
 * or writes by index does so wherever an index leads: those beyond the tensor are refused, as tfjs's own gathering does.
 */
export const wasmIndexingRepairs: Repair[] = [
  composed('GatherV2', 'wasm', ({ x, indices }, { axis, batchDims }, backend) => {
    const at = tf.util.parseAxisParam(axis ?? 0, x!.shape)[0]!;
    const whole = tf.cast(indices!, 'int32');
    expectIndices('gather', backend, whole, [x!.shape[at]!]);
    return gather(x!, whole, at, batchDims ?? 0);
  }),
  composed('UnsortedSegmentSum', 'wasm', ({ x, segmentIds }, { numSegments }, backend) => {
    const summed = (ids: tf.Tensor, rows: number) =>
      tf.scatterND(tf.reshape(ids, [-1, 1]), x!, [rows, ...x!.shape.slice(1)]);
    if (outside(backend, segmentIds!, [numSegments]) < 0) return summed(segmentIds!, numSegments);
    const isInside = tf.logicalAnd(tf.greaterEqual(segmentIds!, 0), tf.less(segmentIds!, numSegments));
    const kept = tf.where(isInside, segmentIds!, tf.fill(segmentIds!.shape, numSegments, 'int32')); // others into one more
    return tf.slice(summed(kept, numSegments + 1), 0, numSegments);
  }),
  checked('GatherNd', 'gatherND', ({ params }) => params!.shape),
  checked('ScatterNd', 'scatterND', (_, { shape }) => shape),
];

/** A kernel whose indices, [..., K], are looked at first: coordinates along the first K axes of a shape. */
function checked(
  kernelName: string,
  where: string,
  shapeOf: (inputs: tf.NamedTensorInfoMap, attrs: { shape: number[] }) => number[],
): Repair {
  return {
    kernelName,
    backendName: 'wasm',
    replace: (original) => (args) => {
      const { indices } = args.inputs as { indices: tf.TensorInfo };
      const shape = shapeOf(args.inputs as tf.NamedTensorInfoMap, args.attrs as unknown as { shape: number[] });
      expectIndices(where, args.backend as tf.KernelBackend, indices, shape.slice(0, indices.shape.at(-1) ?? 1));
      return original!.kernelFunc(args);
    },
  };
}

/** @param sides Limits of the coordinates, which follow each other */
function expectIndices(where: string, backend: tf.KernelBackend, indices: tf.TensorInfo, sides: number[]): void {
  const at = outside(backend, indices, sides);
  if (at < 0) return;
  const found = wholeNumbers(backend, indices)[at];
  throw new RangeError(`${where}: expected indices from 0 to ${sides[at % sides.length]! - 1}, got ${found}`);
}

/** Place of the first coordinate beyond its limit, −1 where there is none. */
function outside(backend: tf.KernelBackend, indices: tf.TensorInfo, sides: number[]): number {
  const values = wholeNumbers(backend, indices);
  return values.findIndex((value, i) => value < 0 || value >= sides[i % sides.length]!);
}

/** An int32 tensor where it lies in the heap. */
function wholeNumbers(given: tf.KernelBackend, tensor: tf.TensorInfo): Int32Array {
  const backend = given as WasmBackend;
  return new Int32Array(backend.wasm.HEAPU8.buffer, addressOf(backend, tensor), sizeFromShape(tensor.shape));
}

/** Rows of one table [B·O·D, S]: B shared batches, O outer positions, D along the axis, S inner elements. */
function gather(x: tf.Tensor, indices: tf.Tensor, at: number, batchDims: number): tf.Tensor {
  const batch = sizeFromShape(x.shape.slice(0, batchDims));
  const outer = sizeFromShape(x.shape.slice(batchDims, at));
  const depth = x.shape[at]!;
  const inner = sizeFromShape(x.shape.slice(at + 1));
  const shape = [...x.shape.slice(0, at), ...indices.shape.slice(batchDims), ...x.shape.slice(at + 1)];
  const perBatch = tf.reshape(indices, [batch, 1, indices.size / batch]);
  const starts = tf.reshape(tf.range(0, batch * outer * depth, depth, 'int32'), [batch, outer, 1]);
  const rows = batch * outer === 1 ? perBatch : tf.add(perBatch, starts);
  const table = tf.reshape(x, [batch * outer * depth, inner]);
  return tf.reshape(tf.gatherND(table, tf.reshape(rows, [-1, 1])), shape);
}
