import { expect, test } from 'vitest';

import { dataFolder, labelPng, photograph } from '../../test/data-folder.ts';
import { masksOf } from '../../test/painted-sample.ts';
import { openDataset } from './open-dataset.ts';

const [upper, lower] = [labelPng(3, [255, 255, 0, 0, 0, 0]), labelPng(3, [0, 0, 0, 0, 255, 255])];

test('a folder of masks a picture, classes by the beginning of their names', async () => {
  const folder = dataFolder({
    'images/x.png': photograph(3, 2),
    'masks/x/cat_1.png': upper,
    'masks/x/catfish-2.png': lower,
  });
  const dataset = await openDataset(folder, { categories: ['cat', 'catfish'] });
  expect([dataset.format, dataset.task]).toEqual(['object-masks', 'instance']);
  expect(masksOf(await dataset.read(0))).toEqual(['aa.', '.bb']);
});

test('a folder a picture, as Data Science Bowl 2018, in splits', async () => {
  const folder = dataFolder({
    'train/n1/images/n1.png': photograph(3, 2),
    'train/n1/masks/0a.png': upper,
    'train/n1/masks/0b.png': lower,
    'train/n2/images/n2.png': photograph(3, 2),
    'train/n2/masks/0c.png': lower,
  });
  const dataset = await openDataset(folder, { categories: ['nucleus'] });
  expect([dataset.splits, dataset.length, dataset.name(1)]).toEqual([['train'], 2, 'n2']);
  expect(masksOf(await dataset.read(0))).toEqual(['aa.', '.aa']);
});

test('names are asked for; masks of another size, empty or of no class are told', async () => {
  const files = { 'images/x.png': photograph(3, 2), 'masks/x/cat.png': upper };
  await expect(openDataset(dataFolder(files))).rejects.toThrow('expected option categories (one name, or several');
  const odd = dataFolder({ ...files, 'masks/x/dog.png': labelPng(2, [0, 255]) });
  await expect((await openDataset(odd, { categories: ['a'] })).read(0)).rejects.toThrow(
    'masks/x/dog.png: expected 2x3 pixels as its image has, got 1x2',
  );
  const unnamed = await openDataset(dataFolder(files), { categories: ['dog', 'cow'] });
  await expect(unnamed.read(0)).rejects.toThrow('expected a name that begins with a category, got cat.png');
  const empty = dataFolder({ ...files, 'masks/x/cat.png': labelPng(3, [0, 0, 0, 0, 0, 0]) });
  expect((await (await openDataset(empty, { categories: ['cat'] })).read(0)).segments).toEqual([]);
});
