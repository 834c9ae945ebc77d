import * as tf from '@tensorflow/tfjs-core';

import { BackendError } from '../../errors.ts';
import { sizeFromShape } from '../size.ts';
import { WasmModule } from '../wasm/wasm-kernels.ts';
import { floatOpOn, type NativeBackend } from './native-ops.ts';

/** Bytes of a page of WebAssembly. */
const PAGE = 65536;
/** Bytes at whose multiples TensorFlow takes memory as it is. */
const ALIGNMENT = 64;
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

  /** Lays tensors and arrays one after the other, then room for results of the given lengths. Returns where each begins. */
  place(inputs: (tf.Tensor | Int32Array)[], results: number[]): number[] {
    const lengths = inputs.map((input) => ('size' in input ? input.size : input.length));
    const sizes = [...lengths, ...results].map((length) => Math.ceil((4 * length) / ALIGNMENT) * ALIGNMENT);
    const missing = sizes.reduce((sum, size) => sum + size, 0) - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE));
    let next = 0;
    const addresses = sizes.map((size) => (next += size) - size);
    for (const [i, input] of inputs.entries()) {
      if ('size' in input) withValues(input, (values) => this.copy(values, addresses[i]!));
      else this.copy(input, addresses[i]!);
    }
    return addresses;
  }

  private copy({ buffer, byteOffset, byteLength }: Float32Array | Int32Array, address: number): void {
    new Uint8Array(this.memory.buffer).set(new Uint8Array(buffer, byteOffset, byteLength), address);
  }

  clear(address: number, length: number): void {
    new Float32Array(this.memory.buffer, address, length).fill(0);
  }

  /** The values at an address as a tensor, copied by TensorFlow, whose memory has been used before: new arrays cost several times more. */
  tensorAt(address: number, shape: number[]): tf.Tensor {
    const backend = tf.backend() as NativeBackend;
    const { binding } = backend;
    const here = new Float32Array(this.memory.buffer, address, sizeFromShape(shape));
    const shared = binding.createTensor(shape, binding.TF_FLOAT, here);
    const [copy] = floatOpOn(backend, 'DeepCopy', [shared]);
    binding.deleteTensor(shared);
    return backend.createOutputTensor(copy!);
  }
}

/** TensorFlow's tensors can be read at once on the processor; this is the only place outside of readTensors. */
export function valuesOf(tensor: tf.Tensor): Float32Array {
  return tensor.dataSync() as Float32Array;
}

/** Nobody hears it: what is sent to it is gone. */
const nowhere = new MessageChannel().port1;
nowhere.close();

/**
 * Lends the values of a tensor. TensorFlow gives a copy of its own, which is freed at once: left to V8, copies of a training step
 * would start its collector for all of the heap eight times.
 */
function withValues(tensor: tf.Tensor, use: (values: Float32Array) => void): void {
  const isCopy = (tf.backend() as NativeBackend).tensorMap.get(tensor.dataId).values === null;
  const values = valuesOf(tensor);
  use(values);
  if (isCopy) nowhere.postMessage(null, [values.buffer as ArrayBuffer]);
}

let heap: Promise<PrivateHeap> | null = null;
let started: PrivateHeap | null = null;

/** Starts the heap and its threads. Done once, by `useBackend`. */
export async function loadPrivateHeap(threads: number): Promise<void> {
  heap ??= startHeap(threads);
  heap.catch(() => (heap = null)); // a later call may succeed
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
