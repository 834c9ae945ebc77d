import * as tf from '@tensorflow/tfjs-core';

import { type BufferPool, emptyPool } from './bounded-pool.ts';

/** Commands of tfjs's backend that wait to be submitted. */
type WaitingCommands = {
  commandEncoder: GPUCommandEncoder | null;
  endComputePassEncoder(): void;
  submitQueue(): void;
};

/**
 * Gives back what the backend in use keeps for tensors to come: WebGPU's free buffers. WebAssembly's memory never shrinks, and
 * is used again.
 */
export function releaseMemory(): void {
  if (tf.getBackend() !== 'webgpu') return;
  const backend = tf.backend() as unknown as WaitingCommands & { bufferManager: BufferPool };
  if (backend.commandEncoder !== null) {
    backend.endComputePassEncoder();
    backend.submitQueue();
  }
  emptyPool(backend.bufferManager);
}
