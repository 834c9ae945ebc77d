import type * as tf from '@tensorflow/tfjs-core';

import { BackendError, ShapeError } from '../../errors.ts';
import { sizeFromShape } from '../size.ts';

/** Part of tfjs's wasm backend that our kernels use. All of it is public there. */
export type WasmBackend = tf.KernelBackend & {
  wasm: {
    wasmMemory?: WebAssembly.Memory;
    asm?: { memory: WebAssembly.Memory };
    HEAPU8: Uint8Array;
    _malloc(bytes: number): number;
    _free(address: number): void;
  };
  dataIdMap: { get(dataId: object): { memoryOffset: number } };
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
};

/** Bytes of a mebibyte. */
const MEBIBYTE = 2 ** 20;

/**
 * Makes a full heap an error. Its `malloc` returns 0 where the heap of 4 GiB has no such block, and tfjs then lays the tensor at
 * address 0, over the binary's own data: all that follows is wrong, or does not come back.
 */
export function refuseFullHeap(backend: WasmBackend): void {
  backend.wasm._free(backend.wasm._malloc(1)); // Emscripten puts the real function in place on its first call
  const allocateBlock = backend.wasm._malloc;
  backend.wasm._malloc = (bytes) => {
    const address = allocateBlock(bytes);
    if (address !== 0 || bytes === 0) return address;
    const [wanted, held] = [bytes, backend.wasm.HEAPU8.length].map((size) => Math.ceil(size / MEBIBYTE));
    throw new BackendError(`wasm: expected room for ${wanted} MiB, got a full heap of ${held} MiB, which ends at 4096`);
  };
}

/** Address of a tensor in the heap, in bytes. */
export function addressOf(backend: WasmBackend, tensor: tf.TensorInfo): number {
  return backend.dataIdMap.get(tensor.dataId).memoryOffset >>> 0;
}

/** A new tensor of the given shape, its values undefined. What may throw before they are written belongs into {@link writeTensor}. */
export function allocate(backend: WasmBackend, shape: number[], dtype: tf.DataType = 'float32'): tf.TensorInfo {
  if (shape.every((side) => side >= 0 && Number.isInteger(side))) return backend.makeOutput(shape, dtype);
  throw new ShapeError(`wasm: expected sides that are whole and not negative, got [${shape.join(', ')}]`);
}

/** A new tensor of zeros. */
export function allocateZeros(backend: WasmBackend, shape: number[]): tf.TensorInfo {
  return writeTensor(backend, shape, (to) => clear(backend, to, shape));
}

/** Makes a tensor of numbers zeros. */
export function clear(backend: WasmBackend, address: number, shape: number[]): void {
  backend.wasm.HEAPU8.fill(0, address, address + 4 * sizeFromShape(shape));
}

/** A new tensor whose values `write` puts at its address. */
export function writeTensor(
  backend: WasmBackend,
  shape: number[],
  write: (address: number) => void,
  dtype: tf.DataType = 'float32',
): tf.TensorInfo {
  return writeTensors(backend, [shape], ([address]) => write(address!), dtype)[0]!;
}

/** New tensors whose values `write` puts at their addresses. Where anything throws none of them stays: a full heap would stay full. */
export function writeTensors(
  backend: WasmBackend,
  shapes: number[][],
  write: (addresses: number[]) => void,
  dtype: tf.DataType = 'float32',
): tf.TensorInfo[] {
  const made: tf.TensorInfo[] = [];
  try {
    for (const shape of shapes) made.push(allocate(backend, shape, dtype));
    write(made.map((tensor) => addressOf(backend, tensor)));
    return made;
  } catch (error) {
    for (const { dataId } of made) backend.disposeData(dataId);
    throw error;
  }
}

/** Lends a block of the heap for the length of a call. */
export function withScratch<T>(backend: WasmBackend, bytes: number, use: (address: number) => T): T {
  const address = backend.wasm._malloc(bytes) >>> 0;
  try {
    return use(address);
  } finally {
    backend.wasm._free(address);
  }
}

/** Lends a block of the heap that holds a table of 32-bit numbers. */
export function withTable<T>(backend: WasmBackend, table: Int32Array, use: (address: number) => T): T {
  return withScratch(backend, table.byteLength, (address) => {
    backend.wasm.HEAPU8.set(new Uint8Array(table.buffer, table.byteOffset, table.byteLength), address);
    return use(address);
  });
}

/** Bytes of a line of the cache, at which each lent block begins. */
const LINE = 64;

/** Lends blocks of the heap for the length of a call, each at the beginning of a line of the cache. */
export function withBlocks<T>(backend: WasmBackend, sizes: number[], use: (addresses: number[]) => T): T {
  const whole = sizes.map((bytes) => Math.ceil(bytes / LINE) * LINE);
  const total = whole.reduce((sum, bytes) => sum + bytes, LINE);
  return withScratch(backend, total, (address) => {
    let next = Math.ceil(address / LINE) * LINE;
    return use(whole.map((bytes) => (next += bytes) - bytes));
  });
}
