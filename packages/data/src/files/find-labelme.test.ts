import { expect, test } from 'vitest';

import { dataFolder, labelPng, photograph } from '../../test/data-folder.ts';
import { masksOf } from '../../test/painted-sample.ts';
import { openDataset } from './open-dataset.ts';

const shape = (label: string, shape_type: string, points: unknown, more = {}) => ({
  label,
  shape_type,
  points,
  ...more,
});
const file = (...shapes: object[]) => ({
  version: '5.4.1',
  shapes,
  imagePath: '..\\photos\\a.png',
  imageData: null,
  imageHeight: 5,
  imageWidth: 6,
});
const square = (x: number, y: number) => [
  [x, y],
  [x + 2, y],
  [x + 2, y + 2],
  [x, y + 2],
];
const read = async (json: object, categories?: string[]) =>
  (await openDataset(dataFolder({ 'a.json': json, 'a.png': photograph(6, 5) }), { categories })).read(0);

test('polygons, rectangles, masks, and groups that make one object; labels sorted', async () => {
  const mask = Buffer.from(labelPng(2, [255, 0, 255, 255])).toString('base64');
  const json = file(
    shape('b', 'polygon', square(0, 0), { group_id: 4 }),
    shape('a', 'rectangle', [
      [6, 2],
      [4, 0],
    ]),
    shape('b', 'polygon', square(0, 3), { group_id: 4 }),
    shape('c', 'mask', [[4, 3], [5, 4]], { mask }), // biome-ignore format: two corners
  );
  const dataset = await openDataset(dataFolder({ 'a.json': json, 'a.png': photograph(6, 5) }));
  expect([dataset.format, dataset.task, dataset.categories.map(({ name }) => name)]).toEqual([
    'labelme',
    'instance',
    ['a', 'b', 'c'],
  ]);
  const sample = await dataset.read(0);
  expect(sample.segments.map(({ category }) => category)).toEqual([1, 0, 2]);
  expect(masksOf(sample)).toEqual(['bb..aa', 'bb..aa', '......', 'bb..c.', 'bb..cc']);
});

test('a circle has the area of its radius', async () => {
  const circle = shape('a', 'circle', [[3, 2.5], [5, 2.5]]); // biome-ignore format: two points
  const { segments } = await read(file(circle));
  const area = segments[0].mask.data.reduce((sum, value) => sum + value, 0);
  expect(area).toBe(12); // pi · 2² = 12.57; of 5 rows and 6 columns, those with their centers inside
});

test.each([
  [shape('a', 'line', [[0, 0], [1, 1]]), 'expected a polygon, rectangle, circle or mask, got "line"'], // biome-ignore format: two points
  [shape('a', 'polygon', [[0, 0], [1, 1]]), 'expected 3 or more points, got 2'], // biome-ignore format: two points
  [shape('a', 'polygon', [[0, 0], [1, null], [1, 1]]), 'expected points of x and y'], // biome-ignore format: three points
  [shape('', 'polygon', square(0, 0)), 'expected a label, got ""'],
  [shape('a', 'mask', square(0, 0), { mask: '<>' }), 'expected a mask as base64 of a PNG, got "<>"'],
])('a shape that is wrong is an error with its place: %#', async (wrong, message) => {
  await expect(read(file(wrong))).rejects.toThrow(`a.json: shapes[0]: ${message}`);
});

test('labels that are not among the given categories are refused', async () => {
  await expect(read(file(shape('a', 'polygon', square(0, 0))), ['b'])).rejects.toThrow(
    'shapes[0]: expected a label of the categories, got "a"',
  );
});

test('categories are those of all splits, so that they are the same in each', async () => {
  const at = (label: string) => file(shape(label, 'polygon', square(0, 0)));
  const folder = dataFolder({
    'train/a.json': at('b'),
    'train/a.png': photograph(6, 5),
    'val/a.json': at('a'),
    'val/a.png': photograph(6, 5),
  });
  for (const split of ['train', 'val']) {
    const dataset = await openDataset(folder, { split });
    expect([dataset.length, dataset.categories.map(({ name }) => name)]).toEqual([1, ['a', 'b']]);
  }
});
