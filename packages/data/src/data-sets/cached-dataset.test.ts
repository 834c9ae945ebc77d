import { expect, test } from 'vitest';

import { cachedDataset } from './cached-dataset.ts';
import type { MaskSample } from './mask-sample.ts';

/** Samples of 12 bytes of pixels that count how often they are read. */
function counting() {
  const reads: number[] = [];
  const read = async (index: number): Promise<MaskSample> => {
    reads.push(index);
    if (index < 0) throw new Error('expected an index, got none');
    return { name: `${index}`, image: { data: new Uint8Array(12), width: 2, height: 2 }, segments: [], unknown: null };
  };
  return { reads, dataset: { length: 5, read } };
}

test('what there is room for is read once, and the last used stay', async () => {
  const { reads, dataset } = counting();
  const cached = cachedDataset(dataset, { bytes: 24 });
  expect(cached.length).toBe(5);
  for (const index of [0, 1, 0, 2, 0, 1]) expect((await cached.read(index)).name).toBe(`${index}`);
  expect(reads).toEqual([0, 1, 2, 1]); // 2 took the place of 1, since 0 had been used after it
});

test('two that ask at the same time share one reading', async () => {
  const { reads, dataset } = counting();
  const cached = cachedDataset(dataset);
  const [first, second] = await Promise.all([cached.read(3), cached.read(3)]);
  expect(first).toBe(second);
  expect(reads).toEqual([3]);
});

test('without room, and after an error, it is read again', async () => {
  const { reads, dataset } = counting();
  const cached = cachedDataset(dataset, { bytes: 0 });
  for (let i = 0; i < 2; i++) await cached.read(1);
  for (let i = 0; i < 2; i++) await expect(cached.read(-1)).rejects.toThrow('expected an index');
  expect(reads).toEqual([1, 1, -1, -1]);
});
