import * as tf from '@tensorflow/tfjs-core';

import { BackendError } from '../../errors.ts';
import { sizeFromShape } from '../size.ts';
import { WasmModule } from '../wasm/wasm-kernels.ts';

/** Bytes of a page of WebAssembly. */
const PAGE = 65536;
/** Pages that a 32-bit address reaches: 4 GiB. */
const MOST_PAGES = 65536;

/**
 * Our wasm module on a memory of its own, for backends that keep their tensors elsewhere: inputs are copied in, the
 * result out. The memory grows to the largest call and is reused.
 */
class PrivateHeap {
  private readonly memory: WebAssembly.Memory;
  readonly module: WasmModule;

  constructor(memory: WebAssembly.Memory, module: WasmModule) {
    this.memory = memory;
    this.module = module;
  }

  /** Lays arrays one after the other, then room for results of the given lengths. Returns where each begins. */
  place(inputs: (Float32Array | Int32Array)[], results: number[]): number[] {
    const sizes = [...inputs.map(({ length }) => length), ...results].map((length) => (4 * length + 15) & ~15);
    const missing = sizes.reduce((sum, size) => sum + size, 0) - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE));
    let next = 0;
    const addresses = sizes.map((size) => (next += size) - size);
    for (const [i, { buffer, byteOffset, byteLength }] of inputs.entries()) {
      new Uint8Array(this.memory.buffer).set(new Uint8Array(buffer, byteOffset, byteLength), addresses[i]);
    }
    return addresses;
  }

  clear(address: number, length: number): void {
    new Float32Array(this.memory.buffer, address, length).fill(0);
  }

  /** The values at an address as a tensor, copied: TensorFlow may keep the very array that a tensor is made from. */
  tensorAt(address: number, shape: number[]): tf.Tensor {
    return tf.tensor(new Float32Array(new Float32Array(this.memory.buffer, address, sizeFromShape(shape))), shape);
  }
}

let heap: Promise<PrivateHeap> | null = null;
let started: PrivateHeap | null = null;

/** Starts the heap and its threads. Done once, by `useBackend`. */
export async function loadPrivateHeap(threads: number): Promise<void> {
  heap ??= startHeap(threads);
  started = await heap;
}

async function startHeap(threads: number): Promise<PrivateHeap> {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES, shared: true });
  return new PrivateHeap(memory, await WasmModule.start(memory, threads));
}

/** The heap that `useBackend` started. */
export function privateHeap(): PrivateHeap {
  if (started === null) throw new BackendError('node: expected a backend started by useBackend, got another');
  return started;
}
