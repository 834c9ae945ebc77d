import { FormatError } from '@seg/checkpoint';
import { asMaskDataset, type MaskDataset, type MaskSample, paintMask, SceneDataset, toPanopticSample } from '@seg/data';
import type { Segmenter, Task } from '@seg/models';
import { type InstanceList, measureSegments, packMask, type SegmentMap } from '@seg/postprocess';
import { expect, test } from 'vitest';

import { measure } from './measure.ts';

const scenes = asMaskDataset(new SceneDataset({ split: 'testing', length: 3, height: 48, width: 64 }));
const things = scenes.categories.filter(({ isThing }) => isThing);
const isThing = ({ category }: { category: number }) => category < things.length;

/** Scenes with their things alone. */
const instances: MaskDataset = {
  ...scenes,
  task: 'instance',
  categories: things,
  name: scenes.name,
  read: async (index) => {
    const sample = await scenes.read(index);
    return { ...sample, segments: sample.segments.filter(isThing) };
  },
};

/** Scenes with one mask a class. */
const classes: MaskDataset = { ...scenes, task: 'semantic', name: scenes.name, read: scenes.read };

/** Answers with what is true of the scenes, changed. */
function oracle(dataset: MaskDataset, change: (category: number) => number): Pick<Segmenter, 'segment'> {
  let next = 0;
  const segment = async (_: unknown, { task }: { task?: Task } = {}) => {
    const sample = await dataset.read(next++ % dataset.length);
    return task === 'instance' ? asInstances(sample, change) : asMap(sample, dataset, change, task === 'semantic');
  };
  return { segment: segment as Segmenter['segment'] };
}

function asInstances(
  { image: { width, height }, segments }: MaskSample,
  change: (category: number) => number,
): InstanceList {
  const found = segments.map(({ mask, category }) => {
    const dense = new Uint8Array(width * height);
    paintMask(dense, width, mask, 1);
    return { category: change(category), score: 0.9, mask: packMask(dense, 0, 1, [height, width]) };
  });
  return { instances: found, width, height } as InstanceList;
}

function asMap(
  sample: MaskSample,
  { categories }: MaskDataset,
  change: (category: number) => number,
  byClass: boolean,
): SegmentMap {
  const { width, height } = sample.image;
  if (byClass) {
    const ids = new Int32Array(width * height).fill(1);
    for (const { mask, category } of sample.segments) paintMask(ids, width, mask, change(category) + 1);
    const claims = categories.map((_, category) => ({ id: category + 1, category, isThing: false, score: 1 }));
    return { ids, width, height, segments: measureSegments(ids, width, claims) };
  }
  const { ids, segments } = toPanopticSample(sample, categories);
  const claims = segments.map(({ id, category_id }) => {
    const category = change(categories.findIndex((one) => one.id === category_id));
    return { id, category, isThing: categories[category].isThing, score: 1 };
  });
  return { ids, width, height, segments: measureSegments(ids, width, claims) };
}

const CASES: [Task, MaskDataset, string[]][] = [
  ['instance', instances, ['AP', 'AP50', 'AP75']],
  ['panoptic', scenes, ['PQ', 'SQ', 'RQ', 'PQ things', 'PQ stuff']],
  ['semantic', classes, ['mIoU', 'pixel accuracy']],
];

test.each(CASES)(
  '%s: who is right has 100 of everything, and a diagonal of confusion',
  async (task, dataset, names) => {
    const seen: string[] = [];
    const { score, metrics, confusion } = await measure(
      oracle(dataset, (category) => category),
      dataset,
      {
        task,
        onImage: ({ sample }) => void seen.push(sample.name),
      },
    );
    expect(seen).toHaveLength(3);
    for (const name of names) expect(metrics[name], name).toBeCloseTo(100, 6);
    expect(score).toBeCloseTo(100, 6);
    const size = confusion.labels.length;
    const aside = [...confusion.counts].filter((count, i) => count > 0 && i % size !== Math.floor(i / size));
    expect(aside).toEqual([]);
  },
);

test.each(CASES)('%s: who takes every class for the next has next to nothing', async (task, dataset) => {
  const next = (category: number) => (category + 1) % dataset.categories.length;
  const { score, confusion } = await measure(oracle(dataset, next), dataset, { task });
  expect(score).toBe(0);
  const size = confusion.labels.length;
  for (let k = 0; k < size; k++) expect(confusion.counts[k * size + k]).toBe(0);
});

test('an empty set cannot be measured', async () => {
  const none = { ...scenes, length: 0, name: scenes.name, read: scenes.read };
  await expect(
    measure(
      oracle(scenes, (k) => k),
      none,
      { task: 'panoptic' },
    ),
  ).rejects.toThrow('measure: expected a data set with samples');
});

test('ids of categories may be any numbers', async () => {
  const categories = scenes.categories.map((category, k) => ({ ...category, id: -1 - k }));
  const odd: MaskDataset = { ...scenes, categories, name: scenes.name, read: scenes.read };
  const { score } = await measure(
    oracle(odd, (category) => category),
    odd,
    { task: 'panoptic' },
  );
  expect(score).toBe(100);
});

test('images that cannot be read are left out where somebody is told', async () => {
  const read = async (index: number) => {
    if (index === 1) throw new FormatError('b.png: expected an image, got damage');
    return scenes.read(index);
  };
  const damaged: MaskDataset = { ...scenes, name: scenes.name, read };
  const readable: MaskDataset = { ...scenes, length: 2, name: scenes.name, read: (index) => scenes.read(2 * index) };
  const told: string[] = [];
  const segmenter = () => oracle(readable, (category) => category);
  await expect(measure(segmenter(), damaged, { task: 'panoptic' })).rejects.toThrow('b.png');
  const { score } = await measure(segmenter(), damaged, {
    task: 'panoptic',
    onUnreadable: (message) => void told.push(message),
  });
  expect([score, told]).toEqual([100, ['b.png: expected an image, got damage']]);
});
