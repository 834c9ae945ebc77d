import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';

import { dataFolder, labelPng, photograph } from '../../test/data-folder.ts';
import { masksOf } from '../../test/painted-sample.ts';
import { openDataset } from './open-dataset.ts';

const map = labelPng(3, [0, 0, 1, 255, 1, 1]);

test.each([
  { 'images/a.png': photograph(3, 2), 'labels/a.png': map },
  { 'images/a.png': photograph(3, 2), 'masks/a.png': map },
  { 'train/images/a.png': photograph(3, 2), 'train/annotations/a.png': map },
  { 'images/train/a.png': photograph(3, 2), 'labels/train/a.png': map },
  { 'images/a.png': photograph(3, 2), 'masks/a_mask.png': map },
  { 'train/images/a.png': photograph(3, 2), 'train/labels/a_L.png': map }, // as CamVid has them
])('a PNG of labels a picture, in any of the usual folders: %#', async (files) => {
  const folder = dataFolder({ ...files, 'classes.txt': 'sky\nroad\n' });
  const dataset = await openDataset(folder);
  expect([dataset.format, dataset.task, dataset.categories.map(({ name }) => name)]).toEqual([
    'label-maps',
    'semantic',
    ['sky', 'road'],
  ]);
  expect(masksOf(await dataset.read(0))).toEqual(['aab', '?bb']);
});

test('names are asked for; missing maps and labels beyond the names are errors with their file', async () => {
  const files = { 'images/a.png': photograph(3, 2), 'images/b.png': photograph(3, 2), 'labels/a.png': map };
  await expect(openDataset(dataFolder(files))).rejects.toThrow(
    'expected option categories (names in the order of labels',
  );
  const dataset = await openDataset(dataFolder(files), { categories: ['sky'] });
  await expect(dataset.read(0)).rejects.toThrow('labels/a.png: expected labels of 1 classes, got 1');
  await expect(dataset.read(1)).rejects.toThrow('labels/b.png, got no such file');
  const ignoring = await openDataset(dataFolder(files), { categories: ['sky'], ignored: [1, 255] });
  expect(masksOf(await ignoring.read(0))).toEqual(['aa?', '???']);
});

test('black and white may be a class and nothing known, or background and a class: it has to be said', async () => {
  const files = { 'images/a.png': photograph(3, 2), 'masks/a.png': labelPng(3, [0, 0, 255, 255, 255, 0]) };
  const read = async (categories: string[], ignored?: number[]) =>
    masksOf(await (await openDataset(dataFolder(files), { categories, ignored })).read(0));
  await expect(read(['cell'])).rejects.toThrow(
    'masks/a.png: expected option ignored (255 where white means that nothing is known, none where it is the class), got none',
  );
  expect(await read(['cell'], [])).toEqual(['..a', 'aa.']);
  expect(await read(['ground', 'cell'], [])).toEqual(['aab', 'bba']);
  expect(await read(['road'], [255])).toEqual(['aa?', '??a']);
  expect(await read(['cell'], [0])).toEqual(['??a', 'aa?']);
  expect(await read(['sky', 'road', 'car'])).toEqual(['aa?', '??a']); // of three classes, white is none
});

test('CamVid reads: 367 and 101 pictures of eleven classes', async (context) => {
  const root = '../shared/data/camvid';
  if (!existsSync(root)) return context.skip(`needs ${root}, pictures that may not be part of this repository`);
  const names = 'sky building pole road pavement tree sign fence car pedestrian bicyclist'.split(' ');
  const [train, val] = await Promise.all(
    ['train', 'val'].map((split) => openDataset(root, { split, categories: names, ignored: [11] })),
  );
  expect([train.length, val.length]).toEqual([367, 101]);
  const { segments, unknown } = await val.read(7);
  expect(segments.map(({ category }) => names[category])).toContain('road');
  expect(unknown).not.toBeNull();
});
