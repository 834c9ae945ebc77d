import type * as tf from '@tensorflow/tfjs-core';

import type { WasmBackend } from './wasm-backend.ts';

/** Multiplies [1, n, k] by [1, k, m] into [1, n, m]. */
export type Product = (a: tf.TensorInfo, b: tf.TensorInfo, out: tf.TensorInfo) => void;

const bound = new WeakMap<object, Product>();

/** XNNPACK's product of two matrices. It keeps a packed copy of b until the id of b is forgotten. */
export function productOn(backend: WasmBackend): Product {
  const known = bound.get(backend);
  if (known !== undefined) return known;
  const numbers = ['number', 'array', 'number', 'number', 'array', 'number', 'number', 'number', 'number'];
  const call = backend.wasm.cwrap('BatchMatMul', null, numbers);
  const idOf = (tensor: tf.TensorInfo) => backend.dataIdMap.get(tensor.dataId).id;
  const bytesOf = (shape: number[]) => new Uint8Array(Int32Array.from(shape).buffer);
  const product: Product = (a, b, out) =>
    call(idOf(a), bytesOf(a.shape), 3, idOf(b), bytesOf(b.shape), 3, 0, 0, idOf(out));
  bound.set(backend, product);
  return product;
}

/** A matrix that lies somewhere in the heap, in memory that something else owns. */
export function viewOf(backend: WasmBackend, address: number, rows: number, columns: number): tf.TensorInfo {
  return backend.makeOutput([1, rows, columns], 'float32', address);
}

/** Drops a view: its id and what XNNPACK packed for it, not the memory. */
export function forget(backend: WasmBackend, view: tf.TensorInfo): void {
  backend.wasm.tfjs.disposeData(backend.dataIdMap.get(view.dataId).id);
  backend.dataIdMap.delete(view.dataId);
}
