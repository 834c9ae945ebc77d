import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

import { dataFolder, photograph } from '../../test/data-folder.ts';
import { openDataset } from '../files/open-dataset.ts';
import { splitCocoJson } from './split-coco-json.ts';
import { writeCoco } from './write-coco.ts';
import { writeYolo } from './write-yolo.ts';

const square = [[0, 0, 4, 0, 4, 4, 0, 4]];
const cocoOf = (...names: string[]) => ({
  images: names.map((file_name, i) => ({ id: i + 1, file_name })),
  annotations: names.map((_, i) => ({ id: i + 1, image_id: i + 1, category_id: 1, segmentation: square })),
  categories: [{ id: 1, name: 'cat' }],
});

test('an image that would take the place of another one is refused before anything is written', async () => {
  const folder = dataFolder({
    'annotations/instances_train.json': cocoOf('sub1/a.png', 'a.png'),
    'images/train/sub1/a.png': photograph(8, 8),
    'images/train/a.png': photograph(9, 9),
  });
  const before = readFileSync(path.join(folder, 'images/train/a.png'));
  const dataset = await openDataset(path.join(folder, 'annotations/instances_train.json'));
  const parts = [{ split: 'train', dataset }];
  await expect(writeCoco(folder, parts)).rejects.toThrow(
    `${path.join(folder, 'images/train/a.png')}: expected a place apart from what the data set is read from`,
  );
  const link = path.join(dataFolder({}), 'link');
  symlinkSync(folder, link);
  await expect(writeYolo(link, parts)).rejects.toThrow('expected a place apart from');
  await expect(
    splitCocoJson(dataset.path, dataset, [{ split: 'instances_train', indices: [0] }], path.dirname(dataset.path)),
  ).rejects.toThrow('expected a place apart from');
  expect(readFileSync(path.join(folder, 'images/train/a.png'))).toEqual(before);
  expect(readdirSync(folder).sort()).toEqual(['annotations', 'images']);
});

test('an image that lies where its copy would stays', async () => {
  const folder = dataFolder({
    'annotations/instances_train.json': cocoOf('a.png'),
    'images/train/a.png': photograph(8, 8),
  });
  const before = readFileSync(path.join(folder, 'images/train/a.png'));
  const dataset = await openDataset(path.join(folder, 'annotations/instances_train.json'));
  await writeCoco(folder, [{ split: 'train', dataset }], { images: 'link' });
  expect(readFileSync(path.join(folder, 'images/train/a.png'))).toEqual(before);
  expect(existsSync(path.join(folder, 'train.json'))).toBe(true);
});

test('label maps are sources, too', async () => {
  const line = '0 0 0 0.5 0 0.5 0.5 0 0.5\n';
  const folder = dataFolder({
    'data/images/a.png': photograph(8, 8),
    'data/labels/a.txt': line,
    'data/classes.txt': 'cat',
  });
  const dataset = await openDataset(path.join(folder, 'data'));
  symlinkSync(path.join(folder, 'data', 'labels'), path.join(folder, 'train'));
  const out = dataFolder({});
  symlinkSync(folder, path.join(out, 'labels'));
  await expect(writeYolo(out, [{ split: 'train', dataset }])).rejects.toThrow(
    `${path.join(out, 'labels', 'train', 'a.txt')}: expected a place apart from`,
  );
  expect(readFileSync(path.join(folder, 'data/labels/a.txt'), 'utf8')).toBe(line);
});
