import { expect, test } from 'vitest';

import { dataFolder, labelPng, photograph } from '../../test/data-folder.ts';
import { openDataset } from './open-dataset.ts';

test('instances by number, groups as crowds, stuff by id, what is not trained as unknown', async () => {
  const folder = dataFolder({
    'leftImg8bit/val/ulm/ulm_000000_000019_leftImg8bit.png': photograph(4, 2),
    // road 7, two cars 26, a group of cars, and the hood of the car, 1
    'gtFine/val/ulm/ulm_000000_000019_gtFine_instanceIds.png': labelPng(4, [7, 26000, 26001, 26, 7, 7, 26001, 1], 16),
  });
  const dataset = await openDataset(folder);
  expect([dataset.format, dataset.task, dataset.splits, dataset.categories.length]).toEqual([
    'cityscapes',
    'panoptic',
    ['val'],
    19,
  ]);
  const { name, segments, unknown } = await dataset.read(0);
  expect(name).toBe('ulm_000000_000019');
  expect(segments.map(({ category, isCrowd }) => [dataset.categories[category].name, isCrowd])).toEqual([
    ['road', false],
    ['car', true],
    ['car', false],
    ['car', false],
  ]);
  expect(segments[3].mask).toEqual({ x: 2, y: 0, width: 1, height: 2, data: Uint8Array.of(1, 1) });
  expect([unknown?.x, unknown?.y, unknown?.data.length]).toEqual([3, 1, 1]);
});
