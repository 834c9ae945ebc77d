import type * as tf from '@tensorflow/tfjs-core';

import { sizeFromShape } from '../size.ts';
import { addressOf, type WasmBackend, writeTensor } from '../wasm/wasm-backend.ts';
import { wasmKernels } from '../wasm/wasm-kernels.ts';
import type { Repair } from './repair.ts';

/** tfjs moves one element at a time. Exchanging two neighboring blocks of axes, the common case, goes in vectors. */
export const wasmTransposeRepairs: Repair[] = [
  {
    kernelName: 'Transpose',
    backendName: 'wasm',
    replace: (original) => (args) => {
      const { x } = args.inputs as { x: tf.TensorInfo };
      const { perm } = args.attrs as { perm: number[] };
      const exchange = x.dtype === 'float32' ? exchangeOf(x.shape, perm) : null;
      return exchange === null
        ? original!.kernelFunc(args)
        : transposed(args.backend as WasmBackend, x, perm, exchange);
    },
  },
];

/** A transposition of [batches, rows, columns, inner] that exchanges rows and columns. */
type Exchange = { batches: number; rows: number; columns: number; inner: number };

/** Joins axes that stay neighbors; null unless what remains is one exchange. */
function exchangeOf(shape: number[], perm: number[]): Exchange | null {
  const order = perm.filter((axis) => shape[axis] !== 1);
  if (order.some((axis, i) => i > 0 && axis < order[i - 1]) === false) return null; // nothing moves: tfjs copies
  const source = [...order].sort((a, b) => a - b);
  let first = 0;
  while (order[first] === source[first]) first++;
  let last = order.length - 1;
  while (order[last] === source[last]) last--;
  const moved = order.slice(first, last + 1);
  const cut = moved.indexOf(source[first]!); // [columns…, rows…]
  const restored = [...moved.slice(cut), ...moved.slice(0, cut)];
  if (restored.some((axis, i) => axis !== source[first + i])) return null;
  const sizeOf = (axes: number[]) => sizeFromShape(axes.map((axis) => shape[axis]!));
  const inner = sizeOf(source.slice(last + 1));
  if (inner % 4 !== 0 && inner !== 1) return null;
  return {
    batches: sizeOf(source.slice(0, first)),
    rows: sizeOf(moved.slice(cut)),
    columns: sizeOf(moved.slice(0, cut)),
    inner,
  };
}

function transposed(
  backend: WasmBackend,
  x: tf.TensorInfo,
  perm: number[],
  { batches, rows, columns, inner }: Exchange,
): tf.TensorInfo {
  const shape = perm.map((axis) => x.shape[axis]!);
  const from = addressOf(backend, x);
  return writeTensor(backend, shape, (to) => {
    if (inner === 1) wasmKernels(backend).transpose(from, to, batches, rows, columns);
    else wasmKernels(backend).swapBlocks(from, to, batches, rows, columns, inner);
  });
}
