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
  const halves = new WeakSet<object>();
  const { counts, stop } = watchGpu({ drops: true });
  const addBytes = (call: KernelCall): void => {
    const { kernel, inputs, outputs } = call;
    if (SAME_BUFFER.has(kernel)) return;
    const buffers = new Map(Object.entries(inputs).map(([name, tensor]) => [tensor.dataId, { name, tensor }]));
    for (const { name, tensor } of buffers.values()) {
      if (halves.has(tensor.dataId) && bytesEach(tensor) === 4) {
        halves.delete(tensor.dataId); // the kernel knows of none: they were made floats for it
        bytes.bytesRead += 2 * tensor.size;
        bytes.bytesWritten += 4 * tensor.size;
      }
      bytes.bytesRead += bytesEach(tensor) * Math.min(tensor.size, mostRead(call, name));
    }
    for (const tensor of outputs) {
      const written = bytesEach(tensor) * tensor.size;
      if (bytesEach(tensor) === 2) halves.add(tensor.dataId);
      bytes.bytesWritten += written;
      bytes.largest = Math.max(bytes.largest, written);
    }
  };
  try {
    recordKernels(addBytes, run);
  } finally {
    stop();
  }
  return { ...counts, ...bytes };
}

/** Bytes of a number of a tensor, as it is stored. */
function bytesEach({ dataId }: tf.Tensor): 2 | 4 {
  const { tensorMap } = tf.backend() as unknown as { tensorMap: { get(dataId: object): { isHalves?: boolean } } };
  return tensorMap.get(dataId).isHalves ? 2 : 4;
}

/**
 * Numbers that a kernel can read of an input: a bilinear resize takes four for each of its results, however large the map, and a
 * shortcut with a stride only the pixels that it stops at.
 */
function mostRead({ kernel, inputs, outputs }: KernelCall, name: string): number {
  const [result] = outputs as [tf.Tensor];
  if (kernel === 'ResizeBilinear') return 4 * result.size;
  const isShortcut = kernel === 'SegSummedConv' && name === 'skipped';
  return isShortcut ? (result.size / result.shape[3]!) * inputs.skipped!.shape[3]! : Number.POSITIVE_INFINITY;
}

/** Lets every pipeline be compiled anew, whatever ran before. */
export function forgetPipelines(): void {
  Object.assign(tf.backend(), { pipelineCache: {} });
}
