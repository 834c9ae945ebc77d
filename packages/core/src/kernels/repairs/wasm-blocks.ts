import * as tf from '@tensorflow/tfjs-core';

import { sizeFromShape } from '../size.ts';
import { addressOf, type WasmBackend, writeTensor, writeTensors } from '../wasm/wasm-backend.ts';
import { wasmModule } from '../wasm/wasm-kernels.ts';
import type { Original, Repair } from './repair.ts';

/** Bytes whose copy is worth a thread: about 50 μs. */
const GRAIN = 524_288;

type KernelArguments = Parameters<tf.KernelConfig['kernelFunc']>[0];

/** tfjs cuts and joins tensors in JavaScript, a run of values after the other, and slowly on a shared heap. */
export const wasmBlockRepairs: Repair[] = [
  { kernelName: 'Slice', backendName: 'wasm', replace: (original) => (args) => sliced(args, original) },
  { kernelName: 'SplitV', backendName: 'wasm', replace: (original) => (args) => split(args, original) },
  { kernelName: 'Concat', backendName: 'wasm', replace: (original) => (args) => joined(args, original) },
];

/** Of four bytes each, and some: empty tensors have no address. */
function isMovable({ dtype, shape }: tf.TensorInfo): boolean {
  return (dtype === 'float32' || dtype === 'int32') && sizeFromShape(shape) > 0;
}

function sliced(args: KernelArguments, original: Original): tf.TensorInfo | tf.TensorInfo[] {
  const { x } = args.inputs as { x: tf.TensorInfo };
  const attrs = args.attrs as { begin: number | number[]; size: number | number[] };
  const [begin, size] = tf.slice_util.parseSliceParams(x as tf.Tensor, attrs.begin, attrs.size) as [number[], number[]];
  tf.slice_util.assertParamsValid(x as tf.Tensor, begin, size);
  const cut = x.shape.map((_, axis) => axis).filter((axis) => size[axis] !== x.shape[axis]);
  if (!isMovable(x) || sizeFromShape(size) === 0 || cut.length > 1) return original!.kernelFunc(args);
  const axis = cut[0] ?? 0;
  const [first, length] = [begin[axis] ?? 0, size[axis] ?? 1];
  const backend = args.backend as WasmBackend;
  const write = (to: number) => copyPart(backend, x, axis, [first, length], to);
  return writeTensor(backend, withSide(x.shape, axis, length), write, x.dtype);
}

function split(args: KernelArguments, original: Original): tf.TensorInfo | tf.TensorInfo[] {
  const { x } = args.inputs as { x: tf.TensorInfo };
  const { numOrSizeSplits, axis } = args.attrs as { numOrSizeSplits: number | number[]; axis: number };
  const at = tf.util.parseAxisParam(axis, x.shape)[0]!;
  const sizes = tf.backend_util.prepareSplitSize(x as tf.Tensor, numOrSizeSplits, at);
  if (!isMovable(x) || sizes.includes(0)) return original!.kernelFunc(args);
  const backend = args.backend as WasmBackend;
  const shapes = sizes.map((length) => withSide(x.shape, at, length));
  const write = (outputs: number[]) => {
    let next = 0;
    for (const [i, to] of outputs.entries()) copyPart(backend, x, at, [(next += sizes[i]!) - sizes[i]!, sizes[i]!], to);
  };
  return writeTensors(backend, shapes, write, x.dtype);
}

function withSide(shape: number[], axis: number, length: number): number[] {
  return shape.map((side, i) => (i === axis ? length : side));
}

/** Copies places [first, first + length) along an axis. */
function copyPart(
  backend: WasmBackend,
  x: tf.TensorInfo,
  axis: number,
  [first, length]: [number, number],
  to: number,
): void {
  const [outer, side, inner] = sidesAround(x.shape, axis);
  const [bytes, step] = [4 * length * inner, 4 * side * inner];
  copy(backend, addressOf(backend, x) + 4 * first * inner, to, { outer, bytes, step, outStep: bytes });
}

function joined(args: KernelArguments, original: Original): tf.TensorInfo | tf.TensorInfo[] {
  const parts = Object.values(args.inputs) as tf.TensorInfo[];
  const at = tf.util.parseAxisParam((args.attrs as { axis: number }).axis, parts[0]!.shape)[0]!;
  if (!parts.every((x) => isMovable(x) && x.dtype === parts[0]!.dtype)) return original!.kernelFunc(args);
  const backend = args.backend as WasmBackend;
  const shapes = parts.map(({ shape }) => shape);
  tf.backend_util.assertParamsConsistent(shapes, at);
  const shape = tf.backend_util.computeOutShape(shapes, at);
  const [, side, unit] = sidesAround(shape, at);
  const write = (to: number) => {
    let next = to;
    for (const x of parts) {
      const [outer, length] = sidesAround(x.shape, at);
      const bytes = 4 * length * unit;
      copy(backend, addressOf(backend, x), next, { outer, bytes, step: bytes, outStep: 4 * side * unit });
      next += bytes;
    }
  };
  return writeTensor(backend, shape, write, parts[0]!.dtype);
}

/** Elements before an axis, along it and behind it. */
function sidesAround(shape: number[], axis: number): [number, number, number] {
  return [sizeFromShape(shape.slice(0, axis)), shape[axis] ?? 1, sizeFromShape(shape.slice(axis + 1))];
}

type Blocks = { outer: number; bytes: number; step: number; outStep: number };

function copy(backend: WasmBackend, from: number, to: number, { outer, bytes, step, outStep }: Blocks): void {
  const args = [from, to, bytes, step, outStep];
  wasmModule(backend).run('copyBlocks', args, { to: outer, grain: Math.ceil(GRAIN / bytes) });
}
