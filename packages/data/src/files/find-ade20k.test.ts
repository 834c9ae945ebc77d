import { expect, test } from 'vitest';

import { dataFolder, labelPng, photograph } from '../../test/data-folder.ts';
import { masksOf } from '../../test/painted-sample.ts';
import { openDataset } from './open-dataset.ts';

const files = {
  'images/training/ADE_train_1.png': photograph(3, 2),
  'annotations/training/ADE_train_1.png': labelPng(3, [1, 1, 2, 0, 1, 2]),
  'images/validation/ADE_val_1.png': photograph(3, 2),
  'annotations/validation/ADE_val_1.png': labelPng(3, [1, 1, 2, 0, 1, 2]),
};

test('labels count from 1, 0 is unknown, names come from objectInfo150.txt or the caller', async () => {
  const list = 'Idx\tRatio\tTrain\tVal\tName\n1\t0.15\t11664\t1172\twall, bulwark\n2\t0.1\t6046\t612\tbuilding\n';
  const dataset = await openDataset(dataFolder({ ...files, 'objectInfo150.txt': list }));
  expect([dataset.format, dataset.task, dataset.splits]).toEqual(['ade20k', 'semantic', ['train', 'val']]);
  expect(dataset.categories.map(({ name }) => name)).toEqual(['wall', 'building']);
  expect(masksOf(await dataset.read(0))).toEqual(['aab', '?ab']);
  const named = await openDataset(dataFolder(files), { categories: ['a', 'b'], split: 'validation' });
  expect([named.split, masksOf(await named.read(0))]).toEqual(['val', ['aab', '?ab']]);
});

test('without names it asks, and labels beyond them are refused', async () => {
  await expect(openDataset(dataFolder(files))).rejects.toThrow('expected option categories');
  const dataset = await openDataset(dataFolder(files), { categories: ['a'] });
  await expect(dataset.read(0)).rejects.toThrow('ADE_train_1.png: expected labels of 1 classes, got 2');
});
