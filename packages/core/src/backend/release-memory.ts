import * as tf from '@tensorflow/tfjs-core';

import { type BufferPool, freeBuffers } from './bounded-pool.ts';

/**
 * Gives back what the backend in use keeps for tensors to come: WebGPU's free buffers. WebAssembly's memory never shrinks, and
 * is used again.
 */
export function releaseMemory(): void {
  if (tf.getBackend() !== 'webgpu') return;
  const { bufferManager } = tf.backend() as unknown as { bufferManager: BufferPool };
  freeBuffers(bufferManager, 0);
}
