import { expect, test } from 'vitest';

import { colorPng, dataFolder, labelPng, photograph } from '../../test/data-folder.ts';
import { masksOf } from '../../test/painted-sample.ts';
import { openDataset } from './open-dataset.ts';

const files = {
  'JPEGImages/a.png': photograph(4, 3),
  'JPEGImages/b.png': photograph(4, 3),
  'SegmentationClass/a.png': labelPng(4, [1, 1, 0, 2, 1, 255, 0, 2, 0, 0, 0, 1]),
  'SegmentationObject/a.png': labelPng(4, [1, 1, 0, 2, 1, 255, 0, 2, 0, 0, 0, 3]),
  'ImageSets/Segmentation/train.txt': 'a\n',
  'ImageSets/Segmentation/val.txt': 'b\n',
};

test('objects have the class below them, the border is unknown', async () => {
  const dataset = await openDataset(dataFolder(files), { categories: ['cat', 'dog'] });
  expect([dataset.format, dataset.task, dataset.splits, dataset.length]).toEqual([
    'voc',
    'instance',
    ['train', 'val'],
    1,
  ]);
  const sample = await dataset.read(0);
  expect(sample.segments.map(({ category }) => category)).toEqual([0, 1, 0]);
  expect(masksOf(sample)).toEqual(['aa.b', 'a?.b', '...a']);
});

test('without objects it is semantic: one mask a class', async () => {
  const { 'SegmentationObject/a.png': _, ...semantic } = files;
  const dataset = await openDataset(dataFolder(semantic), { categories: ['cat', 'dog'] });
  const { segments, ...rest } = await dataset.read(0);
  expect(dataset.task).toBe('semantic');
  expect(segments.map(({ category }) => category)).toEqual([0, 1]);
  expect(masksOf({ ...rest, segments })).toEqual(['aa.b', 'a?.b', '...a']);
});

test("CVAT's colors are classes by its labelmap.txt", async () => {
  const [none, red, blue] = [
    [0, 0, 0],
    [250, 0, 0],
    [0, 0, 250],
  ];
  const folder = dataFolder({
    'JPEGImages/a.png': photograph(3, 1),
    'SegmentationClass/a.png': colorPng(3, [red, none, blue]),
    'SegmentationObject/a.png': colorPng(3, [[9, 9, 9], none, [8, 8, 8]]),
    'labelmap.txt': '# label:color_rgb:parts:actions\nbackground:0,0,0::\ncat:250,0,0::\ndog:0,0,250::\n',
  });
  const dataset = await openDataset(folder);
  expect(dataset.categories.map(({ name }) => name)).toEqual(['cat', 'dog']);
  const sample = await dataset.read(0);
  expect(masksOf(sample)).toEqual(['a.b']);
});

test('what the format cannot say is asked for, labels beyond the classes and other sizes are refused', async () => {
  await expect(openDataset(dataFolder(files))).rejects.toThrow(
    /^openDataset: .*: expected option categories \(.*\), got none$/,
  );
  await expect((await openDataset(dataFolder(files), { categories: ['cat'] })).read(0)).rejects.toThrow(
    'SegmentationObject/a.png: expected objects of 1 classes, got label 2',
  );
  const small = dataFolder({ ...files, 'SegmentationObject/a.png': labelPng(2, [1, 1]) });
  await expect((await openDataset(small, { categories: ['cat', 'dog'] })).read(0)).rejects.toThrow(
    'SegmentationObject/a.png: expected 3x4 pixels as its classes have, got 1x2',
  );
  const large = dataFolder({ ...files, 'JPEGImages/a.png': photograph(5, 3) });
  await expect((await openDataset(large, { categories: ['cat', 'dog'] })).read(0)).rejects.toThrow(
    'a.png: expected 4x3 pixels as annotated, got 5x3',
  );
  const lines = dataFolder({ ...files, 'labelmap.txt': 'cat 1 2 3\n' });
  await expect(openDataset(lines)).rejects.toThrow(
    'labelmap.txt: line 1: expected name:red,green,blue, got "cat 1 2 3"',
  );
});
