import { type KernelCall, recordKernels } from '@seg/core';
import { type GpuRequests, watchGpu } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';

/** Requests of a computation to a graphics processor, and the bytes that it moves. */
export type GpuCounts = GpuRequests & {
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
  const bytes = { bytesRead: 0, bytesWritten: 0, largest: 0 };
  const { counts, stop } = watchGpu({ drops: true });
  const addBytes = ({ kernel, inputs, outputs }: KernelCall) => {
    if (SAME_BUFFER.has(kernel)) return;
    const buffers = new Map(Object.values(inputs).map((tensor) => [tensor.dataId, tensor.size]));
    for (const size of buffers.values()) bytes.bytesRead += 4 * size;
    for (const tensor of outputs) {
      bytes.bytesWritten += 4 * tensor.size;
      bytes.largest = Math.max(bytes.largest, 4 * tensor.size);
    }
  };
  try {
    recordKernels(addBytes, run);
  } finally {
    stop();
  }
  return { ...counts, ...bytes };
}

/** Lets every pipeline be compiled anew, whatever ran before. */
export function forgetPipelines(): void {
  Object.assign(tf.backend(), { pipelineCache: {} });
}
