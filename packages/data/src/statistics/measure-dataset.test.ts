import { expect, test } from 'vitest';

import { drawStatistics } from './draw-statistics.ts';
import { measureDataset } from './measure-dataset.ts';

const box = (x: number, y: number, side: number) => {
  return { x, y, width: side, height: side, data: new Uint8Array(side * side).fill(1) };
};
const categories = ['cat', '<dog>'].map((name, id) => ({ id, name, isThing: true }));
const images = [
  {
    size: [100, 200] as const,
    segments: [
      { mask: box(0, 0, 10), category: 0, isCrowd: false },
      { mask: box(100, 0, 40), category: 0, isCrowd: false },
      { mask: box(0, 0, 96), category: 0, isCrowd: true },
    ],
  },
  { size: [100, 200] as const, segments: [{ mask: box(100, 0, 100), category: 1, isCrowd: false }] },
  { size: [10, 10] as const, segments: [] },
];

test('objects per class and image, sizes and places', async () => {
  const { classes, positions, ...rest } = await measureDataset(images, categories);
  expect(rest).toEqual({
    images: 3,
    empty: 1,
    objects: 3,
    objectsPerImage: { least: 0, median: 1, most: 2 },
    imageSizes: [
      { width: 200, height: 100, images: 2 },
      { width: 10, height: 10, images: 1 },
    ],
    areas: { small: 1, medium: 1, large: 1 },
    // roots of 100, 1600 and 10,000 of 20,000: 0.07, 0.28, 0.71
    relativeSides: [1, 0, 1, 0, 0, 0, 0, 1, 0, 0],
  });
  expect(classes[0]).toEqual({
    name: 'cat',
    isThing: true,
    objects: 2,
    crowds: 1,
    images: 1,
    share: 1700 / 40_100,
    sides: { least: 10, median: 10, most: 40 },
  });
  // middles at (5, 5), (120, 20) and (150, 50) of 200 x 100: columns 0, 9, 12, rows 0, 3, 8 of 16
  expect(positions.flatMap((count, i) => (count > 0 ? [[i % 16, i >> 4, count]] : []))).toEqual([
    [0, 0, 1],
    [9, 3, 1],
    [12, 8, 1],
  ]);
});

test('names of somebody else’s file cannot break the drawing, and nothing is drawn of nothing', async () => {
  const svg = drawStatistics(await measureDataset(images, categories), '<a title>');
  expect(svg).not.toMatch(/<dog>|<a title>/);
  expect(drawStatistics(await measureDataset([], []), '')).toContain('0 images, 0 objects');
});
