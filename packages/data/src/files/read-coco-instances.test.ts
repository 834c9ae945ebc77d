import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

import { dataFolder, photograph, turnedPhotograph } from '../../test/data-folder.ts';
import { masksOf } from '../../test/painted-sample.ts';
import type { DataFault } from '../data-sets/data-fault.ts';
import { maskArea } from '../masks/box-mask.ts';
import { openDataset } from './open-dataset.ts';

const square = (x: number, y: number, side: number) => [x, y, x + side, y, x + side, y + side, x, y + side];
const image = { id: 7, file_name: 'a.png', width: 5, height: 4 };
const categories = [
  { id: 9, name: 'zebra' },
  { id: 2, name: 'ant' },
];
const object = (segmentation: unknown, more = {}) => ({
  image_id: 7,
  category_id: 9,
  iscrowd: 0,
  segmentation,
  ...more,
});
const coco = (...annotations: object[]) => ({ images: [image], categories, annotations });

async function read(json: object, files: Record<string, unknown> = { 'a.png': photograph(5, 4) }) {
  const folder = dataFolder({ 'set.json': json, ...files });
  const faults: DataFault[] = [];
  const dataset = await openDataset(path.join(folder, 'set.json'), { report: (fault) => faults.push(fault) });
  const sample = await dataset.read(0, (fault) => faults.push(fault));
  return { dataset, sample, faults: faults.map(({ message }) => message.replaceAll(folder, '')) };
}

test('polygons of several parts, runs as text and as numbers, and crowds; masks may overlap', async () => {
  const { dataset, sample } = await read(
    coco(
      object([square(0, 0, 2), square(3, 2, 2)]),
      // down the columns of 4: 5 off, 2 on (rows 1 and 2 of column 1), 13 off; compressed as pycocotools writes 5, 2, 13
      object({ size: [4, 5], counts: [5, 2, 13] }, { category_id: 2 }),
      object({ size: [4, 5], counts: '52=' }, { iscrowd: 1 }),
    ),
  );
  expect(dataset.categories).toEqual([
    { id: 9, name: 'zebra', isThing: true },
    { id: 2, name: 'ant', isThing: true },
  ]);
  expect(masksOf({ ...sample, segments: [sample.segments[0]] })).toEqual(['aa...', 'aa...', '...aa', '...aa']);
  expect(masksOf({ ...sample, segments: [sample.segments[1]] })).toEqual(['.....', '.b...', '.b...', '.....']);
  expect(sample.segments[2].mask).toEqual(sample.segments[1].mask);
  expect(sample.segments.map(({ category, isCrowd }) => [category, isCrowd])).toEqual([
    [0, false],
    [1, false],
    [0, true],
  ]);
  expect(masksOf(sample)[1]).toBe('a3...'); // three masks share the pixel
});

test('ids may be texts or begin at 0, and an annotation may name them either way', async () => {
  const { sample } = await read({
    images: [
      { ...image, id: 'x-0' },
      { ...image, id: 0, file_name: 'b.png' },
    ],
    categories: [{ id: 'weed', name: 'Weed' }],
    annotations: [{ image_id: 'x-0', category_id: 'weed', segmentation: [square(1, 1, 2)] }],
  });
  expect(masksOf(sample)).toEqual(['.....', '.aa..', '.aa..', '.....']);
});

test('what leaves the image is cut, what has no pixel is left out, and both are told', async () => {
  const { sample, faults } = await read(coco(object([square(3, 2, 9)]), object([square(40, 40, 3)])));
  expect(masksOf(sample)).toEqual(['.....', '.....', '...aa', '...aa']);
  expect(faults).toEqual([
    '/set.json: annotations[0]: expected corners within 5x4 pixels, got 12, 2',
    '/set.json: annotations[1]: expected corners within 5x4 pixels, got 40, 40',
    '/set.json: annotations[1]: expected a mask with pixels in the image, got none',
  ]);
});

test.each([
  [object([[1, 2, 3, 4]]), 'segmentation[0]: expected three or more corners x, y, got 4 values, [1,2,3,4]'],
  [
    object([[1, 2, 3, 4, 5, 'x']]),
    'segmentation[0]: expected three or more corners x, y, got 6 values, [1,2,3,4,5,"x"]',
  ],
  [object([]), 'expected a segmentation, got []'],
  [object(undefined), 'expected a segmentation, got nothing'],
  [object({ size: [4, 5], counts: [5, 2] }), /segmentation: .*expected runs of 20 pixels for 4 x 5, got 7/],
  [object({ size: [5, 4], counts: [5, 2, 13] }), "expected runs of the image's 5x4 pixels, got 4x5"],
  [object([square(0, 0, 2)], { image_id: 8 }), 'expected a known image_id, got 8'],
  [object([square(0, 0, 2)], { category_id: 1 }), 'expected a known category_id, got 1'],
  [object([square(0, 0, 2)], { iscrowd: 2 }), 'expected iscrowd of 0 or 1, got 2'],
  [object([square(1e9, 0, 2)]), /expected corners in ±100000000, got 1000000000/],
  [object([[0, 0, 2, 0, 2, -1e308]]), /expected corners in ±100000000, got -1e\+308/],
])('an annotation that is wrong is an error with its place: %#', async (annotation, message) => {
  const folder = dataFolder({ 'set.json': coco(annotation), 'a.png': photograph(5, 4) });
  const opened = openDataset(path.join(folder, 'set.json')).then((dataset) => dataset.read(0));
  await expect(opened).rejects.toThrow(message);
  await expect(opened).rejects.toThrow(/^\S+set\.json: annotations\[0\][^\n]*$/);
});

test('images are beside the file, in images/, or in the folder of their split; else they are asked for', async () => {
  const json = coco(object([square(0, 0, 2)]));
  for (const place of ['a.png', 'images/a.png', 'val2017/a.png']) {
    const folder = dataFolder({ 'annotations/instances_val2017.json': json, [place]: photograph(5, 4) });
    expect((await (await openDataset(folder)).info(0)).file).toBe(path.join(folder, place));
  }
  const folder = dataFolder({ 'set.json': json, 'pictures/a.png': photograph(5, 4) });
  await expect(openDataset(folder)).rejects.toThrow('expected option images (the folder with a.png), got none');
  const dataset = await openDataset(folder, { images: path.join(folder, 'pictures') });
  expect((await dataset.info(0)).width).toBe(5);
});

test('splits are found by names and folders, train unless told', async () => {
  const json = coco(object([square(0, 0, 2)]));
  const folder = dataFolder({
    'train/_annotations.coco.json': json,
    'train/a.png': photograph(5, 4),
    'valid/_annotations.coco.json': { ...json, annotations: [] },
    'valid/a.png': photograph(5, 4),
  });
  const dataset = await openDataset(folder);
  expect([dataset.splits, dataset.split, (await dataset.read(0)).segments.length]).toEqual([
    ['train', 'val'],
    'train',
    1,
  ]);
  expect((await (await openDataset(folder, { split: 'valid' })).read(0)).segments.length).toBe(0);
  await expect(openDataset(folder, { split: 'test' })).rejects.toThrow('expected a split of train, val, got test');
});

test("the project's name among Roboflow's categories is none of them, also where a class has the same name", async () => {
  const { dataset, sample } = await read({
    images: [image],
    categories: [
      { id: 0, name: 'weeds', supercategory: 'none' },
      { id: 1, name: 'dock', supercategory: 'weeds' },
      { id: 2, name: 'weeds', supercategory: 'weeds' },
    ],
    annotations: [{ image_id: 7, category_id: 2, segmentation: [square(0, 0, 2)] }],
  });
  expect(dataset.categories.map(({ id, name }) => [id, name])).toEqual([
    [1, 'dock'],
    [2, 'weeds'],
  ]);
  expect(masksOf(sample)[0]).toBe('bb...');
});

test('with skipFaults the rest is read: objects that are wrong and images that are missing are left out', async () => {
  const json = coco(
    object([square(0, 0, 2)]),
    object([[1, 2]]),
    object(undefined),
    object([square(0, 0, 2)], { image_id: 9 }),
  );
  json.images.unshift({ ...image, id: 1, file_name: 'gone.png' });
  const folder = dataFolder({ 'set.json': json, 'a.png': photograph(5, 4) });
  await expect(openDataset(folder)).rejects.toThrow('annotations[1].segmentation[0]: expected three or more corners');
  const dataset = await openDataset(folder, { skipFaults: true });
  expect([dataset.length, (await dataset.read(0)).segments.length]).toEqual([1, 1]);
});

test.each([
  ['images', 'categories', 'annotations'],
  ['images', 'annotations', 'categories'],
  ['categories', 'annotations', 'images'],
])(
  'a file of megabytes is told by its first annotation, whatever the order of its lists: %s, %s, %s',
  async (...order) => {
    const many = Array.from({ length: 30_000 }, (_, id) => ({ id, file_name: `${id}.png`, width: 5, height: 4 }));
    const lists = { images: many, categories, annotations: [object([square(0, 0, 2)], { image_id: 0 })] };
    const json = Object.fromEntries(order.map((key) => [key, lists[key as keyof typeof lists]]));
    const dataset = await openDataset(dataFolder({ 'set.json': json, '0.png': photograph(5, 4) }));
    expect([dataset.format, dataset.length]).toEqual(['coco', 30_000]);
  },
);

test('files of images or categories alone, lists, and captions are no annotations', async () => {
  const captions = { images: [image], annotations: [{ id: 1, image_id: 7, caption: 'a cat' }] };
  const files = {
    'a.json': { images: [image], categories },
    'b.json': categories,
    'c.json': captions,
    'd.json': 'no JSON',
  };
  await expect(openDataset(dataFolder(files))).rejects.toThrow('expected a data set');
  const folder = dataFolder({ ...files, 'e.json': coco(), 'a.png': photograph(5, 4) });
  expect((await openDataset(folder)).items.length).toBe(1);
});

test('beside splits, the whole that they are parts of is none of them', async () => {
  const json = coco(object([square(0, 0, 2)]));
  const names = ['all.json', 'train.json', 'val.json'];
  const folder = dataFolder({ ...Object.fromEntries(names.map((name) => [name, json])), 'a.png': photograph(5, 4) });
  expect((await openDataset(folder)).splits).toEqual(['train', 'val']);
  const two = dataFolder({ 'all.json': json, 'some.json': json, 'a.png': photograph(5, 4) });
  await expect(openDataset(two)).rejects.toThrow('expected option split (one of all, some), got none');
});

test('two files of one split are refused', async () => {
  const json = coco(object([square(0, 0, 2)]));
  const folder = dataFolder({
    'val.json': json,
    'annotations/instances_val2017.json': json,
    'a.png': photograph(5, 4),
  });
  await expect(openDataset(folder)).rejects.toThrow(
    'expected one COCO file of a split, got val.json, annotations/instances_val2017.json: open one of them',
  );
});

test('a file that leaves its folder is refused', async () => {
  const folder = dataFolder({ 'set.json': { ...coco(), images: [{ ...image, file_name: '../a.png' }] } });
  await expect(openDataset(folder)).rejects.toThrow('images[0]: expected file_name within its folder, got "../a.png"');
});

test('a size that is neither that of the stored nor of the upright pixels is refused', async () => {
  const folder = dataFolder({ 'set.json': coco(object([square(0, 0, 2)])), 'a.png': photograph(6, 4) });
  await expect((await openDataset(folder)).read(0)).rejects.toThrow('a.png: expected 5x4 pixels as annotated, got 6x4');
});

test('masks that were drawn on the stored pixels are turned upright with a photograph', async () => {
  // stored 5 x 4, upright 4 x 5: EXIF 6 turns clockwise, so that stored row 0, left to right, becomes the last column
  const stored = await read(coco(object([[2, 0, 5, 0, 5, 1, 2, 1]])), { 'a.png': turnedPhotograph(5, 4, 6) });
  expect(masksOf(stored.sample)).toEqual(['....', '....', '...a', '...a', '...a']);
  expect(stored.sample.image.data[3 * 11]).toBe(2); // row 2, column 3 shows stored pixel (0, 2)
  const upright = await read(
    { ...coco(object([[2, 0, 4, 0, 4, 1, 2, 1]])), images: [{ ...image, width: 4, height: 5 }] },
    { 'a.png': turnedPhotograph(5, 4, 6) },
  );
  expect(masksOf(upright.sample)).toEqual(['..aa', '....', '....', '....', '....']);
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])('orientation %i: masks and pixels are turned alike', async (orientation) => {
  // one pixel, stored at row 1, column 3 of 5: number 8
  const json = coco(object({ size: [4, 5], counts: [13, 1, 6] }));
  const isTurned = orientation >= 5;
  const { sample } = await read(json, { 'a.png': turnedPhotograph(5, 4, orientation) });
  const { mask } = sample.segments[0];
  const shown = sample.image.data[3 * (mask.y * sample.image.width + mask.x)];
  if (isTurned || orientation === 1) expect(shown).toBe(8);
  else expect([mask.x, mask.y]).toEqual([3, 1]); // the sizes agree: drawn on the upright image
});

test('what an annotation tool exports reads: fourteen photographs of fruits and nuts', async (context) => {
  const root = '../shared/data/fruits-nuts';
  if (!existsSync(root)) return context.skip(`needs ${root}, pictures that may not be part of this repository`);
  const [train, val] = [await openDataset(root), await openDataset(root, { split: 'val' })];
  expect([train.format, train.task, train.length, val.length]).toEqual(['coco', 'instance', 12, 2]);
  expect(train.categories.map(({ id, name }) => [id, name])).toEqual([
    [1, 'date'],
    [2, 'fig'],
    [3, 'hazelnut'],
  ]);
  const { segments } = await train.read(0);
  expect(maskArea(segments[0].mask)).toBe(15573); // pycocotools 2.0.11: mask.area of its polygon, whose own is 15584.7
});

test('names that are no UTF-8 are refused, not changed', async () => {
  const json = JSON.stringify({ ...coco(object([square(0, 0, 2)])), categories: [{ id: 9, name: 'caf\xe9' }] });
  const folder = dataFolder({ 'a.png': photograph(5, 4) });
  writeFileSync(path.join(folder, 'set.json'), Buffer.from(json, 'latin1'));
  await expect(openDataset(path.join(folder, 'set.json'))).rejects.toThrow(
    `set.json: expected JSON, got byte e9 at ${json.indexOf('\xe9')}, which is no UTF-8`,
  );
});
