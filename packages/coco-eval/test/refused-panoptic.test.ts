import { expect, test } from 'vitest';
import { idToRgb, rgbToId } from '../src/panoptic/panoptic-ids.ts';
import { PanopticQuality } from '../src/panoptic/panoptic-quality.ts';

const categories = [{ id: 1, isthing: 1 }];
const map = (ids: number[], area?: number) => ({
  ids,
  segments: [{ id: 3, category_id: 1, ...(area !== undefined && { area }) }],
});

test.each([0, -1, 1.5, NaN, null, '2', Infinity, 1e9])('cores of %j are refused', (cores) => {
  const quality = new PanopticQuality({ categories });
  quality.add({ groundTruth: map([3]), prediction: map([3]) });
  expect(() => quality.result({ cores: cores as never })).toThrow(
    /^PanopticQuality.result: expected cores of 1 to 65536, got /,
  );
});

test('an area below the pixels there are is refused, one above them is believed', () => {
  for (const area of [0, 1, 3.5]) {
    const quality = new PanopticQuality({ categories });
    const add = () => quality.add({ groundTruth: map([3, 3, 3, 3], area), prediction: map([3, 3, 3, 3]) });
    expect(add).toThrow(`PanopticQuality: expected area of at least its 4 pixels for segment 3, got ${area}`);
    expect(quality.result().images).toBe(0);
  }
  const quality = new PanopticQuality({ categories });
  quality.add({ groundTruth: map([3, 3, 3, 3], 5), prediction: map([3, 3, 3, 3]) });
  expect(quality.result().all.pq).toBe(0.8);
});

test.each([2, 0.5, NaN, undefined, null, '0.7'])('a saved IoU of %j is refused', (value) => {
  const quality = new PanopticQuality({ categories });
  quality.add({ groundTruth: map([3]), prediction: map([3]) });
  const state = structuredClone(quality.save());
  state.images[0].iou[0] = value as never;
  expect(() => PanopticQuality.restore(state)).toThrow('images[0].iou: expected numbers above 0.5, at most 1');
});

test.each([
  [2.5, 1.6],
  [-2, -2],
  ['2', '2'],
])('boundaries of %j x %j pixels are refused', (height, width) => {
  const quality = new PanopticQuality({ categories, iouType: 'boundary' });
  const image = { groundTruth: map([3, 3, 3, 3]), prediction: map([3, 3, 3, 3]), height, width };
  expect(() => quality.add(image as never)).toThrow('expected height and width of 4 pixels for boundaries');
  expect(quality.result().images).toBe(0);
});

test('what is no PanopticQuality is not merged', () => {
  const quality = new PanopticQuality({ categories });
  for (const other of [null, quality.save()])
    expect(() => quality.merge(other as never)).toThrow('PanopticQuality.merge: expected a PanopticQuality, got');
});

test('ids and colors that are none are refused', () => {
  for (const wrong of [null, {}, 'abc', 5]) {
    expect(() => rgbToId(wrong as never)).toThrow('rgbToId: expected a list of bytes, got');
    expect(() => idToRgb(wrong as never)).toThrow('idToRgb: expected a list of ids, got');
  }
  expect(() => idToRgb([1.5])).toThrow('idToRgb: expected ids of 0 to 2^24 - 1, got 1.5');
});
