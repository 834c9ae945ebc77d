import { expect, test } from 'vitest';

import { type BufferPool, boundPool, emptyPool } from './bounded-pool.ts';

/** The bookkeeping of tfjs's `BufferManager`, over buffers that remember whether they were destroyed. */
function poolOf(): { pool: BufferPool; alive(): number } {
  const made: { size: number; isDestroyed: boolean }[] = [];
  const pool: BufferPool = {
    freeBuffers: new Map(),
    numFreeBuffers: 0,
    numBytesUsed: 0,
    numBytesAllocated: 0,
    acquireBuffer: (size) => {
      const key = String(size);
      if (!pool.freeBuffers.has(key)) pool.freeBuffers.set(key, []);
      let buffer = pool.freeBuffers.get(key)!.pop();
      if (buffer === undefined) {
        const fresh = { size, isDestroyed: false, destroy: () => void (fresh.isDestroyed = true) };
        made.push(fresh);
        buffer = fresh as unknown as GPUBuffer;
        pool.numBytesAllocated += size;
      } else pool.numFreeBuffers--;
      pool.numBytesUsed += size;
      return buffer;
    },
    releaseBuffer: (buffer) => {
      pool.freeBuffers.get(String(buffer.size))!.push(buffer);
      pool.numFreeBuffers++;
      pool.numBytesUsed -= buffer.size;
    },
  };
  const alive = () => made.reduce((sum, { size, isDestroyed }) => sum + (isDestroyed ? 0 : size), 0);
  return { pool, alive };
}

test('many sizes take at most twice what the largest needs, and one size is used again', () => {
  const { pool, alive } = poolOf();
  boundPool(pool, () => false);
  for (let size = 10; size < 40; size++) {
    const buffers = [1, 2, 3].map(() => pool.acquireBuffer(size, 0));
    for (const buffer of buffers) pool.releaseBuffer(buffer);
    expect(pool.numBytesAllocated).toBeLessThanOrEqual(2 * 3 * size);
    expect(alive()).toBe(pool.numBytesAllocated);
  }
  const again = pool.acquireBuffer(39, 0);
  expect(pool.numBytesAllocated).toBe(alive());
  expect(pool.numFreeBuffers).toBe([...pool.freeBuffers.values()].flat().length);
  pool.releaseBuffer(again);
  emptyPool(pool);
  expect([alive(), pool.numBytesAllocated, pool.numFreeBuffers]).toEqual([0, 0, 0]);
});

test('nothing is destroyed that commands which wait may use', () => {
  const { pool, alive } = poolOf();
  let waits = true;
  boundPool(pool, () => waits);
  for (const size of [10, 20, 30]) pool.releaseBuffer(pool.acquireBuffer(size, 0));
  expect(alive()).toBe(60);
  waits = false;
  pool.releaseBuffer(pool.acquireBuffer(30, 0));
  expect(alive()).toBe(30);
});

test('a pool that was emptied does not remember a large model', () => {
  const { pool, alive } = poolOf();
  boundPool(pool, () => false);
  pool.releaseBuffer(pool.acquireBuffer(1000, 0));
  emptyPool(pool);
  for (let size = 10; size < 40; size++) {
    pool.releaseBuffer(pool.acquireBuffer(size, 0));
    expect(alive()).toBeLessThanOrEqual(2 * size);
  }
});
