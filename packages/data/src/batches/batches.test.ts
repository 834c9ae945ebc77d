import { onEveryBackend } from '@seg/testing';
import { expect, test } from 'vitest';
import { augmentSample } from '../augment/augment-sample.ts';
import { toMaskSample } from '../data-sets/mask-conversions.ts';
import type { MaskSample } from '../data-sets/mask-sample.ts';
import { SceneDataset } from '../data-sets/scene-dataset.ts';
import { SCENE_CATEGORIES } from '../scenes/categories.ts';
import { type Batch, type BatchOptions, batches } from './batches.ts';
import { toTargets } from './to-targets.ts';

const scenes = new SceneDataset({ split: 'training', length: 7, height: 32, width: 32 });
const dataset = { length: 7, read: async (i: number) => toMaskSample(await scenes.read(i), SCENE_CATEGORIES) };
const prepare: BatchOptions<MaskSample>['prepare'] = (sample, random) =>
  augmentSample(sample, [{ kind: 'flip' }, { kind: 'scale-jitter', size: [32, 32] }], random);

async function take(count: number, options: Partial<BatchOptions<MaskSample>> = {}): Promise<Batch<MaskSample>[]> {
  const taken: Batch<MaskSample>[] = [];
  for await (const batch of batches(dataset, { batchSize: 3, seed: 5, ...options })) {
    taken.push(batch);
    if (taken.length === count) break;
  }
  return taken;
}
const names = (taken: Batch<MaskSample>[]) => taken.flatMap(({ samples }) => samples.map(({ name }) => name));

test('every pass shows every sample once, in an order of its own', async () => {
  const shown = names(await take(7)); // 21 samples: three passes
  const passes = [shown.slice(0, 7), shown.slice(7, 14), shown.slice(14)];
  for (const pass of passes) expect(new Set(pass).size).toBe(7);
  expect(new Set(passes.map(String)).size).toBe(3);
});

test('resumed at step n it goes on as if never stopped, augmentation included', async () => {
  const whole = await take(6, { prepare });
  expect(await take(2, { prepare, start: 4 })).toEqual(whole.slice(4));
});

test('of distinct samples each comes once in a pass, the same one, in an order of the pass, and from any step on', async () => {
  const whole = await take(8, { prepare, distinct: 12 }); // two passes of four steps
  const positions = whole.flatMap((batch) => batch.positions);
  const passes = [positions.slice(0, 12), positions.slice(12)];
  for (const pass of passes) expect([...pass].sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i));
  expect(passes[0]).not.toEqual(passes[1]);
  const made = new Map(whole.slice(0, 4).flatMap((batch) => batch.positions.map((at, i) => [at, batch.samples[i]])));
  for (const batch of whole.slice(4)) {
    batch.samples.forEach((sample, i) => {
      expect(sample).toEqual(made.get(batch.positions[i]));
    });
  }
  const ever = await take(4, { prepare }); // what a training of new samples sees first
  const sorted = [...made].sort(([a], [b]) => a - b).map(([, sample]) => sample);
  expect(sorted).toEqual(ever.flatMap(({ samples }) => samples));
  expect(await take(3, { prepare, distinct: 12, start: 5 })).toEqual(whole.slice(5));
});

test('processes share out distinct samples as they share out all', async () => {
  const ranks = await Promise.all([0, 1].map((rank) => take(2, { distinct: 12, share: { rank, size: 2 } })));
  const positions = ranks.flat().flatMap((batch) => batch.positions);
  expect(new Set(positions).size).toBe(12);
});

test.each([0, -1, 1.5, Number.NaN, 1e12])('%f distinct samples are refused', async (distinct) => {
  const none = batches(dataset, { batchSize: 1, seed: 1, distinct });
  await expect(none.next()).rejects.toThrow(`expected distinct of 1 to 1000000, got ${distinct}`);
});

test('another seed is another order', async () => {
  expect(names(await take(3))).not.toEqual(names(await take(3, { seed: 6 })));
});

test('an empty data set is refused', async () => {
  const empty = batches(new SceneDataset({ split: 'training', length: 0 }), { batchSize: 1, seed: 1 });
  await expect(empty.next()).rejects.toThrow('batches: expected a data set with samples');
});

onEveryBackend('targets', () => {
  const image = { data: new Uint8Array(18), width: 3, height: 2 };
  const sample = {
    name: 'x.png',
    image,
    ids: Int32Array.of(4, 4, 0, 9, 4, 2),
    segments: [
      { id: 9, category_id: 11, iscrowd: 0 as const },
      { id: 4, category_id: 2, iscrowd: 0 as const },
      { id: 2, category_id: 3, iscrowd: 1 as const },
      { id: 7, category_id: 1, iscrowd: 0 as const },
    ],
  };

  test('a class and a mask for each segment; crowds left out, emptied segments kept as zeros', async () => {
    const { classes, masks } = toTargets(sample, SCENE_CATEGORIES);
    expect([...classes]).toEqual([10, 1, 0]);
    expect(masks.shape).toEqual([3, 2, 3]);
    // biome-ignore format: three pictures
    expect([...(await masks.data())]).toEqual([
      0, 0, 0, 1, 0, 0,
      1, 1, 0, 0, 1, 0,
      0, 0, 0, 0, 0, 0,
    ]);
    masks.dispose();
  });

  test('an image without segments has no targets, a strange category is refused', () => {
    const { classes, masks } = toTargets({ ...sample, segments: [] }, SCENE_CATEGORIES);
    expect([classes.length, masks.shape]).toEqual([0, [0, 2, 3]]);
    masks.dispose();
    expect(() => toTargets(sample, [{ id: 2 }])).toThrow('expected a category of the model in x.png, got 11');
  });
});
