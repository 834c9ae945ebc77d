/** tfjs's pool of buffers, by size and usage: it takes what it needs and gives nothing back. */
export type BufferPool = {
  acquireBuffer(size: number, usage: number, mappedAtCreation?: boolean, reuse?: boolean): GPUBuffer;
  releaseBuffer(buffer: GPUBuffer, reuse?: boolean): void;
  freeBuffers: Map<string, GPUBuffer[]>;
  numFreeBuffers: number;
  numBytesUsed: number;
  numBytesAllocated: number;
  /** Most bytes in use at once since it was last emptied; of a bounded pool. */
  peakBytesUsed?: number;
};

/**
 * Bounds a pool: free buffers together have no more bytes than were in use at once since it was last emptied, so that images of many sizes take at
 * most twice what the largest of them needs. The sizes that were first used go first.
 *
 * @param hasCommands True while commands wait to be submitted. They may use a free buffer, into which a tensor was uploaded that
 *   is gone by now: none is destroyed before
 */
export function boundPool(pool: BufferPool, hasCommands: () => boolean): void {
  pool.peakBytesUsed = pool.numBytesUsed;
  const acquire = pool.acquireBuffer.bind(pool);
  const release = pool.releaseBuffer.bind(pool);
  pool.acquireBuffer = (...request) => {
    const buffer = acquire(...request);
    pool.peakBytesUsed = Math.max(pool.peakBytesUsed!, pool.numBytesUsed);
    return buffer;
  };
  pool.releaseBuffer = (...returned) => {
    release(...returned);
    if (!hasCommands()) freeBuffers(pool, pool.peakBytesUsed!);
  };
}

/** Destroys all free buffers, and forgets how much was in use: what comes may be far smaller. */
export function emptyPool(pool: BufferPool): void {
  freeBuffers(pool, 0);
  pool.peakBytesUsed = pool.numBytesUsed;
}

/** Destroys free buffers until those that are left have no more bytes than these. No command waits that may use them. */
function freeBuffers(pool: BufferPool, most: number): void {
  if (pool.numBytesAllocated - pool.numBytesUsed <= most) return;
  for (const buffers of pool.freeBuffers.values()) {
    while (buffers.length > 0) {
      const buffer = buffers.shift()!;
      pool.numFreeBuffers--;
      pool.numBytesAllocated -= buffer.size;
      buffer.destroy(); // at work until the commands that use it have ended
      if (pool.numBytesAllocated - pool.numBytesUsed <= most) return;
    }
  }
}
