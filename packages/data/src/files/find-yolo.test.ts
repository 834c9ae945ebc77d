import path from 'node:path';
import { expect, test } from 'vitest';

import { dataFolder, photograph } from '../../test/data-folder.ts';
import { masksOf } from '../../test/painted-sample.ts';
import type { DataFault } from '../data-sets/data-fault.ts';
import { openDataset } from './open-dataset.ts';

const yaml = 'train: images/train\nval: images/val\nnames:\n  0: cat\n  1: dog\n';
const files = {
  'data.yaml': yaml,
  'images/train/a.png': photograph(5, 4),
  'images/train/b.png': photograph(5, 4),
  'labels/train/a.txt': '1 0 0 0.4 0 0.4 0.5 0 0.5\n0 0.6 0.5 1 0.5 1 1 0.6 1\n',
  'images/val/c.png': photograph(5, 4),
};

test('polygons as fractions; names and splits of data.yaml; an image without a text has no objects', async () => {
  const dataset = await openDataset(dataFolder(files));
  expect([dataset.format, dataset.task, dataset.splits, dataset.split]).toEqual([
    'yolo',
    'instance',
    ['train', 'val'],
    'train',
  ]);
  expect(dataset.categories.map(({ name }) => name)).toEqual(['cat', 'dog']);
  const sample = await dataset.read(0);
  expect([sample.name, masksOf(sample)]).toEqual(['images/train/a.png', ['bb...', 'bb...', '...aa', '...aa']]);
  expect((await dataset.read(1)).segments).toEqual([]);
});

test("Roboflow's paths, names as a list, and lists of images", async () => {
  const folder = dataFolder({
    'data.yaml': "train: ../train/images\nval: val.txt\nnc: 2\nnames: ['cat', 'dog']\n",
    'train/images/a.png': photograph(5, 4),
    'train/labels/a.txt': '1 0 0 0.4 0 0.4 0.5 0 0.5',
    'val.txt': './other/c.png\n',
    'other/c.png': photograph(5, 4),
  });
  expect((await (await openDataset(folder)).read(0)).segments.length).toBe(1);
  const val = await openDataset(path.join(folder, 'data.yaml'), { split: 'val' });
  expect(val.name(0)).toBe('other/c.png');
});

test.each([
  ['1 0.5 0.5 0.2 0.2', 'a.txt: line 1: expected corners of a polygon, got a box'],
  ['2 0 0 0.4 0 0.4 0.5', 'a.txt: line 1: expected a class of 0 to 1, got "2"'],
  ['0 0 0 0.4 0 0.4 0.5 1', 'a.txt: line 1: expected three or more corners x y, got 7 numbers'],
  ['\n0 0 0 0.4 0 0.4 x', 'a.txt: line 2: expected three or more corners x y, got 6 numbers'],
])('a line that is wrong has its place: %j', async (line, message) => {
  const dataset = await openDataset(dataFolder({ ...files, 'labels/train/a.txt': line }));
  await expect(dataset.read(0)).rejects.toThrow(message);
  const faults: DataFault[] = [];
  expect((await dataset.read(0, (fault) => faults.push(fault))).segments).toEqual([]);
  expect(faults.length).toBe(1);
  const skipping = await openDataset(dataset.path, { skipFaults: true });
  expect((await skipping.read(0)).segments).toEqual([]);
});

test.each([
  ['train: ../../outside\nnames: [a]\n', 'expected train within its folder, got "../../outside"'],
  ['path: /data/set\ntrain: images\nnames: [a]\n', 'expected train within its folder, got "/data/set/images"'],
  ['train: images/none\nnames: [a]\n', 'expected train to be a folder, got no'],
  ['train: images/train\nnames: [a]\nnc: 2\n', 'expected nc names, 2, got 1'],
  ['train: images/train\nnames:\n  1: a\n', 'expected names 0 to 0, got none for 0'],
  ['train: images/train\nnames: [a, a]\n', 'expected every category once, got "a" twice'],
  ['train: [images/train\nnames: [a]\n', 'expected YAML, got'],
  ['train: &a [*a]\nnames: [a]\n', /data\.yaml: .*expected .*, got /],
])('a data.yaml that is wrong is one line: %j', async (text, message) => {
  const folder = dataFolder({ ...files, 'data.yaml': text });
  const opened = openDataset(path.join(folder, 'data.yaml'));
  await expect(opened).rejects.toThrow(message);
  await expect(opened).rejects.toThrow(/^[^\n]*$/);
});
