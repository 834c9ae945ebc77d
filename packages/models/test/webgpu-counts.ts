import { type KernelCall, recordKernels } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

/** Requests of a computation to a graphics processor. */
export type GpuCounts = {
  dispatches: number;
  submits: number;
  passes: number;
  /** Buffers that the host fills: uniforms, and values of tensors. */
  writes: number;
  pipelines: number;
  /** Bytes that kernels read and write, had none of them a cache. */
  bytesRead: number;
  bytesWritten: number;
  /** Bytes of the largest tensor. */
  largest: number;
};

/** Kernels that hand on the buffer they get. */
const SAME_BUFFER = new Set(['Reshape', 'Identity', 'ExpandDims']);

/**
 * Counts what a computation asks of WebGPU, and runs none of it: submitted commands are dropped.
 *
 * @param run Reads no values; the device is of no use afterwards
 */
export function countOnGpu(run: () => void): GpuCounts {
  const counts = {
    dispatches: 0,
    submits: 0,
    passes: 0,
    writes: 0,
    pipelines: 0,
    bytesRead: 0,
    bytesWritten: 0,
    largest: 0,
  };
  const restore = watchDevice(counts);
  const addBytes = ({ kernel, inputs, outputs }: KernelCall) => {
    if (SAME_BUFFER.has(kernel)) return;
    for (const tensor of Object.values(inputs)) counts.bytesRead += 4 * tensor.size;
    for (const tensor of outputs) {
      counts.bytesWritten += 4 * tensor.size;
      counts.largest = Math.max(counts.largest, 4 * tensor.size);
    }
  };
  try {
    recordKernels(addBytes, run);
    submitRest();
    return counts;
  } finally {
    restore();
  }
}

/** Lets every pipeline be compiled anew, whatever ran before. */
export function forgetPipelines(): void {
  Object.assign(tf.backend(), { pipelineCache: {} });
}

/** tfjs submits every few dispatches; those behind the last time wait for a read, in a pass that is still open. */
function submitRest(): void {
  const backend = tf.backend() as unknown as {
    commandEncoder: unknown;
    endComputePassEncoder(): void;
    submitQueue(): void;
  };
  backend.endComputePassEncoder();
  if (backend.commandEncoder) backend.submitQueue();
}

/** Counts calls of the device in use. @returns Undoes it */
function watchDevice(counts: GpuCounts): () => void {
  const { device } = tf.backend() as unknown as { device: GPUDevice };
  const { queue } = device;
  const undo = [
    replace(queue, 'submit', () => () => void counts.submits++),
    replace(queue, 'writeBuffer', () => () => void counts.writes++),
    replace(device, 'createComputePipeline', (original) => (descriptor) => {
      counts.pipelines++;
      return original(descriptor);
    }),
    replace(device, 'createCommandEncoder', (original) => (descriptor) => {
      const encoder = original(descriptor);
      replace(encoder, 'beginComputePass', (begin) => (options) => {
        counts.passes++;
        const pass = begin(options);
        replace(pass, 'dispatchWorkgroups', (dispatch) => (...sizes) => {
          counts.dispatches++;
          return dispatch(...sizes);
        });
        return pass;
      });
      return encoder;
    }),
  ];
  return () => {
    for (const restore of undo) restore();
  };
}

type Methods<T> = { [K in keyof T]: T[K] extends (...given: never[]) => unknown ? K : never }[keyof T];

/** Puts another method in place of an object's. @returns Puts the old one back */
function replace<T extends object, K extends Methods<T>>(
  object: T,
  name: K,
  make: (original: Extract<T[K], (...given: never[]) => unknown>) => T[K],
): () => void {
  const original = (object[name] as unknown as { bind(to: T): unknown }).bind(object);
  Object.defineProperty(object, name, { configurable: true, value: make(original as never) });
  return () => delete (object as Partial<T>)[name];
}
