import path from 'node:path';
import { expect, test } from 'vitest';

import { dataFolder, photograph } from '../../test/data-folder.ts';
import { checkDataset } from '../checks/check-dataset.ts';
import { measureDataset } from '../statistics/measure-dataset.ts';
import { writeYolo } from '../writers/write-yolo.ts';
import { openDataset } from './open-dataset.ts';
import { openSplits } from './open-splits.ts';

const square = [[0, 0, 4, 0, 4, 4, 0, 4]];

/** One image with one object of the category called `wanted`. */
function cocoOf(file_name: string, names: readonly string[], wanted: string) {
  return {
    images: [{ id: 1, file_name, width: 8, height: 8 }],
    annotations: [{ id: 1, image_id: 1, category_id: 10 + names.indexOf(wanted), segmentation: square }],
    categories: names.map((name, k) => ({ id: 10 + k, name })),
  };
}

const folderOf = (valNames: readonly string[], ofVal = 'cat') =>
  dataFolder({
    'train.json': cocoOf('a.png', ['cat', 'dog'], 'dog'),
    'val.json': cocoOf('b.png', valNames, ofVal),
    'a.png': photograph(8, 8),
    'b.png': photograph(8, 8).map((byte) => byte),
  });

test('the same names in another order are matched by name', async () => {
  const folder = folderOf(['dog', 'cat']);
  const [train, val] = await openSplits(folder);
  expect(val.categories).toEqual(train.categories);
  expect((await val.read(0)).segments.map(({ category }) => category)).toEqual([0]);
  expect((await val.readMasks(0)).segments.map(({ category }) => category)).toEqual([0]);
  const images = [await train.readMasks(0), await val.readMasks(0)];
  const { classes } = await measureDataset(images, train.categories);
  expect(classes.map(({ name, objects }) => [name, objects])).toEqual([
    ['cat', 1],
    ['dog', 1],
  ]);
  const out = dataFolder({});
  await writeYolo(out, [
    { split: 'train', dataset: train },
    { split: 'val', dataset: val },
  ]);
  const written = await openDataset(out, { split: 'val' });
  const [{ category }] = (await written.read(0)).segments;
  expect(written.categories[category].name).toBe('cat');
});

test('parts with other names are refused, by the name', async () => {
  const fewer = folderOf(['cat']);
  await expect(openSplits(fewer)).rejects.toThrow(`${fewer}: expected category "dog" as things, got none`);
  await expect(openSplits(folderOf(['cat', 'dog', 'cow']))).rejects.toThrow(
    'expected the 2 categories of the other part alone, got "cow", too',
  );
  expect((await openSplits(fewer, { split: 'val' })).length).toBe(1);
  const [first, second] = [await openDataset(fewer), await openDataset(folderOf(['dog', 'cat']), { split: 'val' })];
  const parts = [
    { split: 'train', dataset: first },
    { split: 'val', dataset: second },
  ];
  await expect(writeYolo(path.join(fewer, 'out'), parts)).rejects.toThrow(
    'expected parts with their categories in one order',
  );
});

test('the check tells of both', async () => {
  const kindsOf = async (folder: string) =>
    (await checkDataset(folder)).faults.filter(({ kind }) => kind === 'categories').map(({ severity }) => severity);
  expect(await kindsOf(folderOf(['cat']))).toEqual(['error']);
  expect(await kindsOf(folderOf(['dog', 'cat']))).toEqual(['warning']);
  expect(await kindsOf(folderOf(['cat', 'dog']))).toEqual([]);
});

test('of several splits the first is taken that is there', async () => {
  const folder = folderOf(['cat', 'dog']);
  expect((await openDataset(folder, { split: ['test', 'val'] })).split).toBe('val');
  expect((await openDataset(folder, { split: ['test'] })).split).toBe('train');
});

test('options that a format has no use of are refused', async () => {
  const folder = folderOf(['cat', 'dog']);
  await expect(openDataset(folder, { categories: ['x', 'y'] })).rejects.toThrow(
    `openDataset: ${folder}: expected no option categories (train.json has them), got it`,
  );
  await expect(openDataset(folder, { ignored: [0] })).rejects.toThrow(
    'expected option ignored with label maps alone, got it with coco',
  );
});
