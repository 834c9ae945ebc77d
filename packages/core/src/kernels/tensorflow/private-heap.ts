import type { WasmKernels } from '../wasm/wasm-kernels.ts';
import { plainMemory } from '../wasm/wasm-module.generated.ts';

const PAGE = 65536;

/**
 * Our wasm module on a memory of its own, for backends that keep their tensors elsewhere: inputs are copied in, the
 * result out. The memory grows to the largest call and is reused.
 */
class PrivateHeap {
  private readonly memory = new WebAssembly.Memory({ initial: 1 });
  readonly kernels: WasmKernels;

  constructor() {
    const bytes = Uint8Array.from(atob(plainMemory), (letter) => letter.charCodeAt(0));
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory: this.memory } });
    this.kernels = exports as WasmKernels;
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

  /** A copy: tensors keep the array that they are made from. */
  read(address: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, address, length).slice();
  }
}

let heap: PrivateHeap | null = null;

/** The heap, made on first use. */
export function privateHeap(): PrivateHeap {
  heap ??= new PrivateHeap();
  return heap;
}
