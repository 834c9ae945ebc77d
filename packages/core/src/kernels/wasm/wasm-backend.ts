import type * as tf from '@tensorflow/tfjs-core';

/** Part of tfjs's wasm backend that our kernels use. All of it is public there. */
export type WasmBackend = tf.KernelBackend & {
  wasm: {
    wasmMemory?: WebAssembly.Memory;
    asm?: { memory: WebAssembly.Memory };
    HEAPU8: Uint8Array;
    _malloc(bytes: number): number;
    _free(address: number): void;
    cwrap(name: string, result: null, args: string[]): (...args: unknown[]) => void;
    tfjs: { disposeData(id: number): void };
  };
  dataIdMap: {
    get(dataId: object): { id: number; memoryOffset: number; shape: number[] };
    delete(dataId: object): boolean;
  };
  makeOutput(shape: number[], dtype: tf.DataType, memoryOffset?: number): tf.TensorInfo;
};

/** Address of a tensor in the heap, in bytes. */
export function addressOf(backend: WasmBackend, tensor: tf.TensorInfo): number {
  return backend.dataIdMap.get(tensor.dataId).memoryOffset >>> 0;
}

/** A new tensor of the given shape, its values undefined. */
export function allocate(backend: WasmBackend, shape: number[]): tf.TensorInfo {
  return backend.makeOutput(shape, 'float32');
}

/** A new tensor of zeros. */
export function allocateZeros(backend: WasmBackend, shape: number[]): tf.TensorInfo {
  const tensor = allocate(backend, shape);
  const bytes = 4 * shape.reduce((product, side) => product * side, 1);
  const address = addressOf(backend, tensor);
  backend.wasm.HEAPU8.fill(0, address, address + bytes);
  return tensor;
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
