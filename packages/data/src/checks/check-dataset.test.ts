import path from 'node:path';
import { expect, test } from 'vitest';

import { dataFolder, labelPng, photograph, turnedPhotograph } from '../../test/data-folder.ts';
import { checkDataset } from './check-dataset.ts';

const square = (x: number, y: number, side = 2) => [[x, y, x + side, y, x + side, y + side, x, y + side]];
const categories = [
  { id: 1, name: 'cat' },
  { id: 2, name: 'dog' },
];
const images = [
  { id: 1, file_name: 'a.png', width: 5, height: 4 },
  { id: 2, file_name: 'b.png', width: 6, height: 4 },
];
const annotation = (id: number, image_id: number, segmentation: unknown, category_id = 1) => {
  return { id, image_id, category_id, iscrowd: 0, segmentation };
};
const whole = [annotation(1, 1, square(0, 0)), annotation(2, 2, square(1, 1), 2)];
const files = { 'a.png': photograph(5, 4), 'b.png': photograph(6, 4) };

async function check(content: Record<string, unknown>, options = {}) {
  const folder = dataFolder(content);
  const { faults, splits } = await checkDataset(folder, options);
  const found = faults.map(({ kind, message }) => [
    kind,
    message.replaceAll(`${folder}${path.sep}`, '').replaceAll(folder, '.'),
  ]);
  return { splits, found };
}

test('of a sound set nothing is wrong, and what is in it is counted', async () => {
  const { splits, found } = await check({ 'set.json': { images, categories, annotations: whole }, ...files });
  expect([splits, found]).toEqual([[{ split: null, images: 2, empty: 0, objects: 2 }], []]);
});

test('every fault is named once, with its place', async () => {
  const { found } = await check({
    'set.json': {
      images: [...images, { id: 3, file_name: 'gone.png', width: 5, height: 4 }, { ...images[0], file_name: 'c.png' }],
      categories: [...categories, { id: 3, name: 'cow' }],
      annotations: [
        ...whole,
        annotation(2, 1, square(2, 2)), // its id is that of another
        annotation(3, 1, square(0, 0)), // its mask, too
        annotation(4, 1, square(4, 3, 9)),
        annotation(5, 1, square(50, 50)),
        annotation(6, 9, square(0, 0)),
        annotation(7, 1, square(0, 0), 9),
        annotation(8, 1, []),
        annotation(9, 1, [[1, 2]]),
      ],
    },
    'a.png': photograph(5, 4),
    'b.png': photograph(5, 4), // the pixels of a.png, and not its annotated size
  });
  expect(found).toEqual([
    ['annotation', 'set.json: images[3]: expected every image id once, got 1 twice'],
    ['duplicate', 'set.json: annotations[2]: expected every annotation id once, got 2 twice'],
    ['unknown-reference', 'set.json: annotations[6]: expected a known image_id, got 9'],
    ['unknown-reference', 'set.json: annotations[7]: expected a known category_id, got 9'],
    ['no-mask', 'set.json: annotations[8]: expected a segmentation, got []'],
    [
      'annotation',
      'set.json: annotations[9].segmentation[0]: expected three or more corners x, y, got 2 values, [1,2]',
    ],
    ['outside', 'set.json: annotations[4]: expected corners within 5x4 pixels, got 13, 3'],
    ['outside', 'set.json: annotations[5]: expected corners within 5x4 pixels, got 50, 50'],
    ['empty-mask', 'set.json: annotations[5]: expected a mask with pixels in the image, got none'],
    ['duplicate', '.: a.png: object 3: expected a mask of its own, got that of another of its class'],
    ['duplicate', 'b.png: expected an image of its own, got the pixels of a.png'],
    ['size', 'b.png: expected 6x4 pixels as annotated, got 5x4'],
    ['missing-file', 'gone.png: expected an image, got no such file'],
    ['unused-class', '.: expected objects of class "cow", got none'],
  ]);
});

test('an image in two splits is found by its pixels, and classes that training never sees', async () => {
  const set = (annotations: object[]) => ({ images: [images[0]], categories, annotations });
  const content = {
    'train.json': set([whole[0]]),
    'val.json': { ...set([annotation(1, 1, square(0, 0), 2)]), images: [{ ...images[0], file_name: 'copy.png' }] },
    'a.png': photograph(5, 4),
    'copy.png': photograph(5, 4),
  };
  for (const pixels of [true, false]) {
    expect((await check(content, { pixels })).found).toEqual([
      ['crossing-split', 'copy.png: expected an image of split val alone, got one that is in train as a.png'],
      ['unused-class', '.: expected objects of class "dog" in split train, got none'],
    ]);
  }
  expect((await check(content, { split: 'val' })).found.map(([kind]) => kind)).toEqual(['unused-class']);
});

test('damaged images and label maps do not end the check', async () => {
  const content = {
    'images/a.png': photograph(5, 4).subarray(0, 60),
    'images/b.png': photograph(3, 1),
    'labels/a.png': labelPng(5, new Array(20).fill(0)),
    'labels/b.png': labelPng(3, [0, 7, 0]),
  };
  const { found } = await check(content, { categories: ['sky'] });
  // b.png has sky, but its labels are refused as a whole
  expect(found.map(([kind]) => kind)).toEqual(['unreadable-file', 'annotation', 'unused-class']);
  expect(found[0][1]).toMatch(/^decodeImage: images\/a\.png: expected /);
});

test('a class of crowds alone, and a split without images, are told of', async () => {
  const crowd = { ...annotation(1, 1, { size: [4, 5], counts: [5, 2, 13] }), iscrowd: 1 };
  const set = { images: [images[0]], categories: [categories[0]], annotations: [crowd] };
  const { found } = await check({ 'set.json': set, 'a.png': photograph(5, 4) });
  expect(found).toEqual([
    ['unused-class', '.: expected objects of class "cat", got crowds alone (iscrowd 1), which are not learned'],
  ]);
  const yaml = { 'data.yaml': 'train: images\nnames: [cat]\n', 'images/notes.md': '' };
  expect((await check(yaml)).found[0]).toEqual(['missing-file', '.: expected images of split train, got none']);
});

test('photographs that EXIF turns without a change of their size are to be looked at', async () => {
  const set = (width: number, height: number) => ({
    images: [{ id: 1, file_name: 'a.png', width, height }],
    categories: [categories[0]],
    annotations: [whole[0]],
  });
  const kinds = async (width: number, height: number, orientation: number) => {
    const content = {
      'set.json': set(width, height),
      'a.png': turnedPhotograph(5, height === 5 && width === 5 ? 5 : 4, orientation),
    };
    return (await check(content)).found.map(([kind]) => kind);
  };
  expect(await kinds(5, 4, 1)).toEqual([]);
  expect(await kinds(5, 4, 3)).toEqual(['turned']);
  expect(await kinds(5, 5, 6)).toEqual(['turned']);
  expect(await kinds(5, 4, 6)).toEqual([]); // drawn on the stored pixels
  expect(await kinds(4, 5, 6)).toEqual([]); // drawn on the upright ones
});

test('a path that is no data set, or an option that is missing, is for the caller', async () => {
  await expect(checkDataset('nowhere')).rejects.toThrow('openDataset: expected a folder or file nowhere, got nothing');
  const folder = dataFolder({ 'images/a.png': photograph(2, 1), 'labels/a.png': labelPng(2, [0, 0]) });
  await expect(checkDataset(folder)).rejects.toThrow('expected option categories');
});
