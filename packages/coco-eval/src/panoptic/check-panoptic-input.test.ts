import { expect, test } from 'vitest';
import { PanopticQuality } from './panoptic-quality.ts';

const categories = [{ id: 1, isthing: 1 }];
const good = { id: 3, category_id: 1 };

function add(segment: unknown, predicted: unknown = good, ids: unknown = [3]) {
  const quality = new PanopticQuality({ categories });
  const truth = { ids, segments: [segment] };
  return quality.add({ groundTruth: truth, prediction: { ids: [3], segments: [predicted] } } as never);
}

test('bbox and area may be absent, a crowd may be true, and what is more does not matter', () => {
  for (const more of [
    {},
    { iscrowd: 0 },
    { iscrowd: false, area: 1, bbox: [0, 0, 1, 1] },
    { iscrowd: null, bbox: null },
  ])
    expect(add({ ...good, ...more }).matched).toHaveLength(1);
  for (const iscrowd of [1, true]) expect(add({ ...good, iscrowd }).matched).toHaveLength(0);
  expect(add({ ...good, iscrowd: 2 }).matched).toHaveLength(1); // panopticapi asks iscrowd == 1
});

test.each([
  [null, 'segments of the ground truth[0]: expected an object, got null'],
  [[], 'segments of the ground truth[0]: expected an object, got []'],
  [{ category_id: 1 }, 'expected an id of a whole number of 0 or more, got none'],
  [{ ...good, id: '3' }, 'expected an id of a whole number of 0 or more, got "3"'],
  [{ ...good, id: 3.5 }, 'got 3.5'],
  [{ ...good, category_id: '1' }, 'expected a known category for segment 3, got "1"'],
  [{ ...good, category_id: null }, 'expected a known category for segment 3, got null'],
  [{ ...good, iscrowd: '1' }, 'expected iscrowd of 0 or 1, got "1"'],
  [{ ...good, area: null }, 'expected area of a number, or none, got null'],
  [{ ...good, area: '7' }, 'got "7"'],
  [{ ...good, area: NaN }, 'got NaN'],
  [{ ...good, area: -1 }, 'got -1'],
])('a segment of %j is refused', (segment, message) => {
  expect(() => add(segment)).toThrow(message);
  if (message.includes('ground truth')) return;
  expect(() => add(good, segment)).toThrow(message);
});

test('maps and segments that are none are refused', () => {
  expect(() => add(good, good, 'ids')).toThrow('PanopticQuality: ground truth: expected ids of pixels, got "ids"');
  const quality = new PanopticQuality({ categories });
  const map = { ids: [3], segments: [good] };
  for (const wrong of [null, { ids: [3] }, { ids: [3], segments: null }, { ids: [3], segments: { length: 1e9 } }])
    expect(() => quality.add({ groundTruth: map, prediction: wrong } as never)).toThrow(/prediction: expected .*, got/);
  expect(() => quality.add({ groundTruth: map, prediction: map, index: -1 })).toThrow('expected an index of a whole');
  quality.add({ groundTruth: map, prediction: map, index: 1 });
  expect(() => quality.add({ groundTruth: map, prediction: map, index: 1 })).toThrow('expected image 1 once, got it');
});

test.each([
  [null, 'expected a list, got null'],
  [[null], 'categories[0]: expected an object, got null'],
  [[{ id: '1' }], 'expected an id of a whole number of 0 or more, got "1"'],
  [[{ id: 1, name: 5 }], 'expected a name of text, got 5'],
  [[{ id: 1, isthing: '1' }], 'expected isthing of 0 or 1, got "1"'],
])('categories of %j are refused', (wrong, message) => {
  expect(() => new PanopticQuality({ categories: wrong as never })).toThrow(message);
});
