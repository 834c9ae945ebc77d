import * as tf from '@tensorflow/tfjs-core';

import { sizeFromShape } from '../size.ts';
import { addressOf, allocate, type WasmBackend } from '../wasm/wasm-backend.ts';
import { wasmModule } from '../wasm/wasm-kernels.ts';
import type { Repair } from './repair.ts';

/** Additions that are worth a thread: about 50 μs. */
const GRAIN = 262_144;

/**
 * tfjs sums along the last axes only, and first moves the others behind, one element at a time: two fifths of a MaX-DeepLab's time,
 * and what the gradients of all broadcasts are made of.
 */
export const wasmSumRepairs: Repair[] = [summed('Sum', () => 1), summed('Mean', (count) => 1 / count)];

function summed(kernelName: 'Sum' | 'Mean', factorOf: (count: number) => number): Repair {
  return {
    kernelName,
    backendName: 'wasm',
    replace: (original) => (args) => {
      const { x } = args.inputs as { x: tf.TensorInfo };
      const { axis, keepDims } = args.attrs as { axis: number | number[]; keepDims: boolean };
      const axes = tf.util.parseAxisParam(axis, x.shape);
      if (x.dtype !== 'float32') return original!.kernelFunc(args);
      const count = sizeFromShape(axes.map((at) => x.shape[at]!));
      const out = sumOver(args.backend as WasmBackend, x, axes, factorOf(count));
      const shape = keepDims ? tf.backend_util.expandShapeToKeepDim(out.shape, axes) : out.shape;
      return { ...out, shape };
    },
  };
}

/** factor · Σ over axes, a run of neighboring axes after the other, from the last on. */
function sumOver(backend: WasmBackend, x: tf.TensorInfo, axes: number[], factor: number): tf.TensorInfo {
  const runs = runsOf(x.shape, axes);
  const last = runs.pop() ?? { first: 0, end: 0 };
  const isAlone = runs.length === 0;
  const out = sumRun(backend, x, last, isAlone ? factor : 1);
  if (isAlone) return { ...out, shape: x.shape.filter((_, axis) => !axes.includes(axis)) };
  const shape = [...x.shape.slice(0, last.first), ...x.shape.slice(last.end)];
  const left = axes.filter((axis) => axis < last.first);
  const removed = axes.filter((axis) => axis >= last.end).map((axis) => axis - (last.end - last.first));
  const result = sumOver(backend, { ...out, shape }, [...left, ...removed], factor);
  backend.disposeData(out.dataId);
  return result;
}

type Run = { first: number; end: number };

/** Axes as runs of neighbors: between those of a run lie only axes of one element. */
function runsOf(shape: number[], axes: number[]): Run[] {
  const runs: Run[] = [];
  for (const axis of axes.filter((at) => shape[at] !== 1).sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && sizeFromShape(shape.slice(last.end, axis)) === 1) last.end = axis + 1;
    else runs.push({ first: axis, end: axis + 1 });
  }
  return runs;
}

function sumRun(backend: WasmBackend, x: tf.TensorInfo, { first, end }: Run, factor: number): tf.TensorInfo {
  const [outer, rows, inner] = [x.shape.slice(0, first), x.shape.slice(first, end), x.shape.slice(end)].map(
    sizeFromShape,
  );
  const out = allocate(backend, [outer! * inner!]);
  const args = [addressOf(backend, x), addressOf(backend, out), rows!, inner!, factor];
  wasmModule(backend).run('sumAxis', args, { to: outer! * inner!, grain: Math.ceil(GRAIN / rows!) });
  return out;
}
