import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Category, encodePng } from '@seg/image';
import { encode } from 'fast-png';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LabelMapDataset } from './label-map-dataset.ts';

const names = [
  'sky',
  'building',
  'pole',
  'road',
  'pavement',
  'tree',
  'sign',
  'fence',
  'car',
  'pedestrian',
  'bicyclist',
];
const categories = names.map((name, id): Category => {
  return { id, name, isThing: id >= 8, color: [10 * id, 0, 0] };
});

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'seg-'));
  await mkdir(path.join(folder, 'images'));
  await mkdir(path.join(folder, 'labels'));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(labels: number[], width = 3): Promise<LabelMapDataset> {
  const height = labels.length / width;
  const image = { data: new Uint8Array(3 * 3 * 2), width: 3, height: 2 };
  await writeFile(path.join(folder, 'images', 'a.png'), encodePng(image));
  const png = encode({ data: Uint8Array.from(labels), width, height, channels: 1, depth: 8 });
  await writeFile(path.join(folder, 'labels', 'a.png'), png);
  return LabelMapDataset.open(folder, { categories, ignored: [11, 255] });
}

test('each class present is one segment, ignored labels are void', async () => {
  const { ids, segments } = await (await write([3, 3, 0, 8, 255, 11])).read(0);
  expect([...ids]).toEqual([4, 4, 1, 9, 0, 0]);
  expect(segments.map(({ id, category_id }) => [id, category_id])).toEqual([
    [1, 0],
    [4, 3],
    [9, 8],
  ]);
});

test('labels of another size or beyond the categories are refused, and so are folders without pictures', async () => {
  await expect((await write([0, 0, 0, 0], 2)).read(0)).rejects.toThrow('expected 3x2 labels, got 2x2');
  await expect((await write([0, 0, 0, 0, 0, 12])).read(0)).rejects.toThrow('expected labels below 11, got 12');
  await expect(LabelMapDataset.open(path.join(folder, 'labels'), { categories })).rejects.toThrow(/ENOENT[^\n]*$/);
});

test('CamVid reads: 101 pictures of 360 rows and 480 columns', async (context) => {
  const root = '../shared/data/camvid/val';
  if (!existsSync(root)) return context.skip(`needs ${root}, pictures that may not be part of this repository`);
  const dataset = await LabelMapDataset.open(root, { categories, ignored: [11] });
  const { image, segments } = await dataset.read(7);
  expect([dataset.length, image.height, image.width]).toEqual([101, 360, 480]);
  expect(segments.map(({ category_id }) => names[category_id])).toContain('road');
});
