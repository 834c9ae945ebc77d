import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodePng } from '@seg/image';
import { expect, onTestFinished, test } from 'vitest';

import { openTrainingData } from './open-training-data.ts';

const square = [[0, 0, 2, 0, 2, 2, 0, 2]];
const image = (id: number, width = 4) => ({ id, file_name: `${id}.png`, width, height: 4 });
const set = (images: object[], segmentation: unknown = square) => ({
  images,
  categories: [{ id: 1, name: 'cat' }],
  annotations: images.length === 0 ? [] : [{ id: 1, image_id: 1, category_id: 1, segmentation }],
});

/** A folder with photographs 1 and 2, and the sets in it. */
function folderOf(sets: Record<string, unknown>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'seg-train-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(folder, { recursive: true });
  for (const [name, json] of Object.entries(sets))
    writeFileSync(path.join(folder, `${name}.json`), JSON.stringify(json));
  for (const id of [1, 2]) {
    const data = new Uint8Array(48).fill(id);
    writeFileSync(path.join(folder, `${id}.png`), encodePng({ width: 4, height: 4, data }));
  }
  return folder;
}

test('data and its validation; a set of one image leaves none to validate', async () => {
  const both = await openTrainingData({ data: folderOf({ train: set([image(1)]), val: set([image(1), image(2)]) }) });
  expect([both.training.length, both.validation?.length, both.warnings]).toEqual([
    1,
    2,
    ['1 of 2 images of the validation are trained on: its figures will be too good'],
  ]);
  const data = folderOf({ train: set([image(1)]), val: set([]) });
  const one = await openTrainingData({ data });
  expect([one.validation, one.warnings]).toEqual([
    undefined,
    [`no images in split val of ${data}: nothing is validated`],
  ]);
  await expect(openTrainingData({ data, val: path.join(data, 'val.json') })).rejects.toThrow('expected images in');
});

test('images that are missing and masks that cannot be read are told before the first step', async () => {
  const gone = folderOf({ train: set([image(1), image(2), image(3)]) });
  const missing = `train: expected all 3 images of ${gone} with their masks, got 1 missing, as ${path.join(gone, '3.png')}`;
  await expect(openTrainingData({ data: gone })).rejects.toThrow(missing);
  expect((await openTrainingData({ data: gone, skipFaults: true })).training.length).toBe(2);
  const other = folderOf({ train: set([image(1, 5)]) });
  await expect(openTrainingData({ data: other })).rejects.toThrow('expected 5x4 pixels as annotated, got 4x4');
});

test('a set without an object trains, and is warned of', async () => {
  const data = folderOf({ train: { ...set([image(1)]), annotations: [] } });
  const { warnings } = await openTrainingData({ data });
  expect(warnings).toEqual([`no objects to learn in the images of ${data} that were looked at`]);
});

test('the folder of --val gives its split val, and names in another order are matched', async () => {
  const two = [
    { id: 1, name: 'cat' },
    { id: 2, name: 'dog' },
  ];
  const data = folderOf({ train: { ...set([image(1)]), categories: two } });
  const val = folderOf({
    train: { ...set([image(1)]), categories: two },
    val: { ...set([image(2)]), categories: two.toReversed(), annotations: [] },
  });
  const { validation, warnings } = await openTrainingData({ data, val });
  expect([validation?.split, validation?.categories, warnings]).toEqual([
    'val',
    two.map((each) => ({ ...each, isThing: true })),
    [],
  ]);
  const itself = await openTrainingData({ data, val: data });
  expect(itself.warnings).toEqual(['1 of 1 images of the validation are trained on: its figures will be too good']);
  const copy = folderOf({ all: { ...set([image(1)]), categories: two } });
  expect((await openTrainingData({ data, val: copy })).warnings).toEqual(itself.warnings); // by their bytes
  const other = folderOf({ val: { ...set([image(2)]), annotations: [] } });
  await expect(openTrainingData({ data, val: other })).rejects.toThrow('expected category "dog" as things, got none');
});

test('every map is looked for; with skipFaults images without theirs, or with damaged ones, are left out', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'seg-train-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const name of ['images', 'labels']) mkdirSync(path.join(folder, name));
  writeFileSync(path.join(folder, 'classes.txt'), 'ground\ncat\n');
  const png = encodePng({ width: 2, height: 2, data: new Uint8Array(12) });
  for (let i = 0; i < 40; i++) {
    writeFileSync(path.join(folder, 'images', `${i}.png`), png);
    if (i !== 39) writeFileSync(path.join(folder, 'labels', `${i}.png`), i === 0 ? png.subarray(0, 50) : png);
  }
  await expect(openTrainingData({ data: folder })).rejects.toThrow(
    `got 1 missing, as ${path.join(folder, 'labels', '39.png')}`,
  );
  expect((await openTrainingData({ data: folder, skipFaults: true })).training.length).toBe(39);
});
