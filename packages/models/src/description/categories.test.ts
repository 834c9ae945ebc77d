import { expect, test } from 'vitest';

import { categoriesFromLabels } from './categories.ts';
import { ADE20K, CITYSCAPES, CITYSCAPES_INSTANCE, COCO_INSTANCE, COCO_PANOPTIC } from './data-set-categories.ts';

const labelsOf = (names: readonly string[]) => Object.fromEntries(names.map((name, index) => [index, name]));

test.each([
  ['COCO panoptic', COCO_PANOPTIC],
  ['COCO', COCO_INSTANCE],
  ['ADE20K', ADE20K],
  ['Cityscapes', CITYSCAPES],
  ["Cityscapes' things", CITYSCAPES_INSTANCE],
])('%s is known by its names', (_, set) => {
  const read = categoriesFromLabels(labelsOf(set.map(({ name }) => name)));
  expect(read.map(({ id, isThing }) => [id, isThing])).toEqual(set.map(({ id, isThing }) => [id, isThing]));
});

test.each([8, 19, 80, 133, 150])('%i classes of other names are things, with ids from 1', (count) => {
  const read = categoriesFromLabels(labelsOf(Array.from({ length: count }, (_, i) => `cell type ${i}`)));
  expect(read.every(({ isThing }) => isThing)).toBe(true);
  expect(read.map(({ id }) => id)).toEqual(read.map((_, i) => i + 1));
});

test('the same names in another order are no published set', () => {
  const names = CITYSCAPES.map(({ name }) => name).reverse();
  expect(categoriesFromLabels(labelsOf(names))[0]).toEqual({ id: 1, name: names[0], isThing: true });
});
