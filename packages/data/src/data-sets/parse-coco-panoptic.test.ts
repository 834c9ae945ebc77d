import { expect, test } from 'vitest';

import { parseCocoPanoptic } from './parse-coco-panoptic.ts';

const segment = { id: 7, category_id: 3, area: 12, bbox: [0, 1, 3, 4], iscrowd: 0 };
const json = (one: object) => ({
  images: [{ id: 1, file_name: 'a.jpg', width: 4, height: 5 }],
  annotations: [{ image_id: 1, file_name: 'a.png', segments_info: [one] }],
  categories: [{ id: 3, name: 'cat', isthing: 1 }],
});
const parse = (one: object) => parseCocoPanoptic(JSON.stringify(json(one)), 'p.json').annotations[0].segments_info[0];
const { bbox: _, ...withoutBox } = segment;
const { area: __, ...withoutArea } = segment;

test('boxes and areas may be left out, since the PNGs have them', () => {
  expect(parse(segment)).toEqual(segment);
  expect(parse(withoutBox)).toEqual(withoutBox);
  expect(parse(withoutArea)).toEqual(withoutArea);
  expect(parse({ id: 7, category_id: 3 })).toEqual({ id: 7, category_id: 3, iscrowd: 0 });
});

test.each([
  [{ ...segment, bbox: [1, 2, 3] }, 'expected bbox to be four numbers, got [1,2,3]'],
  [{ ...segment, bbox: null }, 'expected bbox to be four numbers, got null'],
  [{ ...segment, area: '12' }, 'expected area to be a whole number of 0 or more, got "12"'],
  [{ ...segment, category_id: 4 }, 'expected a known category_id, got 4'],
])('where they are present they are of the right type: %j', (one, message) => {
  expect(() => parse(one)).toThrow(`p.json: annotations[0].segments_info[0]: ${message}`);
});

test('a byte order mark is skipped', () => {
  expect(parseCocoPanoptic(`\ufeff${JSON.stringify(json(segment))}`, 'p.json').images.length).toBe(1);
});
