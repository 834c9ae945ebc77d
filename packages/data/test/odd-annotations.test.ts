import path from 'node:path';
import { expect, test } from 'vitest';
import { checkDataset } from '../src/checks/check-dataset.ts';
import { openDataset } from '../src/files/open-dataset.ts';
import { dataFolder, labelPng, photograph } from './data-folder.ts';

const square = [[0, 0, 4, 0, 4, 4, 0, 4]];
const coco = {
  images: [{ id: 1, file_name: 'a.png' }],
  annotations: [{ id: 1, image_id: 1, category_id: 1, segmentation: square }],
  categories: [{ id: 1, name: 'cat' }],
};

test("YOLO's key points are no masks, and nc may be a text", async () => {
  const yaml = 'train: images/train\nnames: [cat]\n';
  const folderOf = (more: string) =>
    dataFolder({
      'data.yaml': yaml + more,
      'images/train/a.png': photograph(8, 8),
      'labels/train/a.txt': '0 0.1 0.1 0.5 0.5 0.2 0.2 0.3 0.3 0.4 0.4 0.1 0.4 0.4 0.2',
    });
  await expect(openDataset(folderOf('kpt_shape: [5, 2]\n'))).rejects.toThrow(
    /data\.yaml: expected masks, got key points \(kpt_shape .*\): export the data with polygons/,
  );
  expect((await openDataset(folderOf('nc: "1"\n'))).length).toBe(1);
  await expect(openDataset(folderOf('nc: "2"\n'))).rejects.toThrow('expected nc names, "2", got 1');
});

test('a confidence behind the corners of YOLO is told of', async () => {
  const folder = dataFolder({
    'data.yaml': 'train: images\nnames: [cat]\n',
    'images/a.png': photograph(8, 8),
    'labels/a.txt': '0 0.1 0.1 0.5 0.5 0.2 0.2 0.9',
  });
  await expect((await openDataset(folder)).read(0)).rejects.toThrow(
    'expected three or more corners x y, got 7 numbers (a confidence or the number of a track is no corner)',
  );
});

test('JSON in UTF-16 is named as that', async () => {
  for (const text of [`\ufeff${JSON.stringify(coco)}`, JSON.stringify(coco)]) {
    const folder = dataFolder({
      'train.json': Uint8Array.from(Buffer.from(text, 'utf16le')),
      'a.png': photograph(8, 8),
    });
    for (const place of [folder, path.join(folder, 'train.json')]) {
      await expect(openDataset(place)).rejects.toThrow('train.json: expected JSON, got UTF-16 in place of UTF-8');
    }
  }
  const shapes = JSON.stringify({ shapes: [], imagePath: 'a.png' });
  const labelme = dataFolder({
    'a.json': Uint8Array.from(Buffer.from(`\ufeff${shapes}`, 'utf16le')),
    'a.png': photograph(8, 8),
  });
  await expect(openDataset(labelme)).rejects.toThrow('a.json: expected JSON, got UTF-16 in place of UTF-8');
});

test('LabelMe whose every shape is bad: the faults are told, not an option', async () => {
  const file = { shapes: [{ label: 'cat', shape_type: 'point', points: [[1, 1]] }], imagePath: 'a.png' };
  const folder = dataFolder({ 'a.json': file, 'a.png': photograph(8, 8) });
  const { faults } = await checkDataset(folder);
  expect(faults[0].message).toContain('shapes[0]');
  expect(faults[1].message).toBe(`${folder}: expected a shape that can be read, got none in 1 files`);
  await expect(openDataset(folder, { skipFaults: true })).rejects.toThrow('expected a shape that can be read');
});

test('sizes of null are absent', async () => {
  const images = [{ ...coco.images[0], width: null, height: null }];
  const folder = dataFolder({ 'train.json': { ...coco, images }, 'a.png': photograph(8, 8) });
  expect((await (await openDataset(folder)).read(0)).segments.length).toBe(1);
});

test('ids that JSON rounds are refused, the same as texts are taken', async () => {
  const [one, other] = ['9007199254740992', '9007199254740993'];
  const textOf = (quote: string) =>
    JSON.stringify({
      images: [{ id: 'ID1', file_name: 'a.png' }, { id: 'ID2', file_name: 'b.png' }], // biome-ignore format: one line
      annotations: [{ id: 1, image_id: 'ID2', category_id: 1, segmentation: square }],
      categories: coco.categories,
    })
      .replaceAll('"ID1"', quote + one + quote)
      .replaceAll('"ID2"', quote + other + quote);
  const folderOf = (text: string) =>
    dataFolder({ 'train.json': text, 'a.png': photograph(8, 8), 'b.png': photograph(8, 8) });
  await expect(openDataset(folderOf(textOf('')))).rejects.toThrow(
    'images[0]: expected ids below 2^53, or as texts, got 9007199254740992, which is rounded',
  );
  const dataset = await openDataset(folderOf(textOf('"')));
  expect([(await dataset.read(0)).segments.length, (await dataset.read(1)).segments.length]).toEqual([0, 1]);
});

test('with skipFaults, images without their map are left out', async () => {
  const folder = dataFolder({
    'images/a.png': photograph(2, 2),
    'images/b.png': photograph(2, 2),
    'labels/a.png': labelPng(2, [0, 1, 0, 1]),
    'classes.txt': 'cat\ndog',
  });
  expect((await openDataset(folder)).length).toBe(2);
  expect((await openDataset(folder, { skipFaults: true })).items.map(({ name }) => name)).toEqual(['a.png']);
});
