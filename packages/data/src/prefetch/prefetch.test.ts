import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { augmentations } from '../augment/augmentations.ts';
import type { Batch } from '../batches/batches.ts';
import type { MaskSample } from '../data-sets/mask-sample.ts';
import type { FileDataset } from '../files/file-dataset.ts';
import { openDataset } from '../files/open-dataset.ts';
import { writeSceneSet } from '../files/write-scene-set.ts';
import { type PrefetchOptions, prefetch } from './prefetch.ts';

let folder = '';
let dataset: FileDataset;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'seg-'));
  await writeSceneSet(folder, { split: 'testing', count: 5, height: 48, width: 56 });
  dataset = await openDataset(folder);
});
afterAll(() => rm(folder, { recursive: true }));

async function take(count: number, options: Partial<PrefetchOptions>, from = dataset): Promise<Batch<MaskSample>[]> {
  const taken: Batch<MaskSample>[] = [];
  const steps = augmentations.finetune(40);
  for await (const batch of prefetch(from, { batchSize: 3, seed: 4, steps, ...options })) {
    taken.push(batch);
    if (taken.length === count) break;
  }
  return taken;
}

test('batches are the same for any number of threads, any lookahead, and from any step on', async () => {
  const alone = await take(5, { threads: 0 });
  expect(new Set(alone.map(({ samples }) => samples[0].image.data.join())).size).toBe(5);
  expect(await take(5, { threads: 1 })).toEqual(alone);
  expect(await take(5, { threads: 3, ahead: 4 })).toEqual(alone);
  expect(await take(2, { threads: 2, ahead: 0, start: 3 })).toEqual(alone.slice(3));
  expect(await take(1, { threads: 0, seed: 5 })).not.toEqual(alone.slice(0, 1));
});

test('samples that come again are the same for any number of threads, twice in a batch, too', async () => {
  const alone = await take(4, { threads: 0, distinct: 2 });
  const shown = alone.flatMap(({ samples }) => samples.map(({ image }) => image.data.join()));
  expect([shown.length, new Set(shown).size]).toEqual([12, 2]);
  expect(await take(4, { threads: 2, ahead: 2, distinct: 2 })).toEqual(alone);
  expect(await take(2, { threads: 2, distinct: 2, start: 2 })).toEqual(alone.slice(2));
});

test('memory for decoded samples changes nothing', async () => {
  const batches = await take(4, { threads: 0 });
  expect(await take(4, { threads: 0, cacheBytes: 0 })).toEqual(batches);
  expect(await take(4, { threads: 0, cacheBytes: 20_000 })).toEqual(batches);
});

test('an error comes with its step, names the file, and leaves no thread', async () => {
  const broken = await mkdtemp(path.join(tmpdir(), 'seg-'));
  await writeSceneSet(broken, { split: 'testing', count: 5, height: 48, width: 56 });
  const damaged = await openDataset(broken);
  await writeFile(path.join(broken, 'images', 'testing-000002.png'), 'no image');
  for (const threads of [0, 2]) {
    const seen: number[] = [];
    const reading = (async () => {
      for await (const { step } of prefetch(damaged, { batchSize: 1, seed: 4, threads, ahead: 4 })) seen.push(step);
    })();
    await expect(reading).rejects.toThrow(/expected .*testing-000002\.png .*got text/);
    expect(seen).toEqual(seen.map((_, i) => i));
    expect(seen.length).toBeLessThan(5); // a pass has five samples
  }
  const counts = new Set<number>();
  for (const threads of [0, 1, 3]) {
    let count = 0;
    await expect(
      (async () => {
        for await (const _ of prefetch(damaged, { batchSize: 1, seed: 4, threads })) count++;
      })(),
    ).rejects.toThrow();
    counts.add(count);
  }
  expect(counts.size).toBe(1); // the same step for any number of threads
  await rm(broken, { recursive: true });
});

test('a data set that is gone is an error of the first step', async () => {
  const gone = await mkdtemp(path.join(tmpdir(), 'seg-'));
  await writeSceneSet(gone, { split: 'testing', count: 1, height: 32, width: 32 });
  const opened = await openDataset(gone);
  await rm(gone, { recursive: true });
  await expect(take(1, { threads: 1 }, opened)).rejects.toThrow(`expected a folder or file ${gone}, got nothing there`);
});

test('a loop that is left, and one that waits, both end with their threads', async () => {
  const source = prefetch(dataset, { batchSize: 2, seed: 1, threads: 2 });
  await source.next();
  await source.return(undefined as never);
  expect((await source.next()).done).toBe(true);
});

test('numbers that are none and empty sets are refused', async () => {
  await expect(take(1, { batchSize: 0 })).rejects.toThrow('prefetch: expected batchSize of 1 to');
  await expect(take(1, { threads: 1.5 })).rejects.toThrow('prefetch: expected threads of 0 to 64, got 1.5');
  await expect(take(1, { ahead: -1 })).rejects.toThrow('prefetch: expected ahead of 0 to 1000, got -1');
});
