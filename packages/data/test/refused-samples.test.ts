import { expect, test } from 'vitest';

import {
  boxMaskOf,
  cropSample,
  drawSample,
  flipHorizontally,
  flipVertically,
  jitterColor,
  maskTargets,
  sceneSeed,
  toMaskSample,
  toPanopticSample,
  toTargets,
} from '../src/index.ts';

const image = { data: new Uint8Array(3 * 4 * 4), width: 4, height: 4 };
const window = { x: 0, y: 0, width: 2, height: 2 };

/** Functions of the pixels of samples. */
const OF_PIXELS: [string, (sample: never) => unknown][] = [
  ['cropSample', (sample) => cropSample(sample, window)],
  ['drawSample', (sample) => drawSample(sample, [], 64)],
  ['flipHorizontally', flipHorizontally],
  ['flipVertically', flipVertically],
];

/** Functions of what is on an image. */
const OF_SEGMENTS: [string, (sample: never) => unknown][] = [
  ['maskTargets', (sample) => maskTargets(sample)],
  ['toMaskSample', (sample) => toMaskSample(sample, [])],
  ['toPanopticSample', (sample) => toPanopticSample(sample, [])],
  ['toTargets', (sample) => toTargets(sample, [])],
];

const NONE = [undefined, null, {}, 'x', { segments: [] }, Promise.resolve({})];

test.each(OF_PIXELS)('%s refuses what is no sample', (name, call) => {
  for (const sample of NONE) {
    expect(() => call(sample as never)).toThrow(`${name}: expected an image with data, width and height, got `);
  }
  expect(() => call({ image: { ...image, width: 5 }, segments: [] } as never)).toThrow(
    `${name}: expected 3 bytes for each pixel of 5x4, got 48`,
  );
});

test.each(OF_SEGMENTS)('%s refuses segments on no image', (name, call) => {
  for (const sample of NONE) {
    expect(() => call(sample as never)).toThrow(
      `${name}: expected a whole number of at least 1 as image, got undefined`,
    );
  }
});

test.each([...OF_PIXELS, ...OF_SEGMENTS])('%s refuses a sample without segments', (name, call) => {
  for (const segments of [undefined, null, {}]) {
    expect(() => call({ image, segments } as never)).toThrow(`${name}: expected a list as segments, got `);
  }
});

test('sides, sizes, pixels and splits are refused by name', () => {
  const sample = { name: 'a', image, segments: [], unknown: null };
  for (const side of [0, Number.NaN, Number.POSITIVE_INFINITY, '4']) {
    expect(() => drawSample(sample, [], side as never)).toThrow('drawSample: expected a finite number of at least 1');
  }
  for (const size of [[4], [4, Number.NaN], [0, 4], 'ab', null]) {
    expect(() => maskTargets(sample, size as never)).toThrow('maskTargets: expected ');
    expect(() => boxMaskOf(new Uint8Array(16), size as never)).toThrow('boxMaskOf: expected ');
  }
  expect(() => boxMaskOf([1, 0], [1_000_000, 1_000_000])).toThrow('boxMaskOf: expected 1000000000000 pixels, got 2');
  expect(() => boxMaskOf(null as never, [1, 1])).toThrow('boxMaskOf: expected 1 pixels, got none');
  expect(() => jitterColor(null as never, () => 0.5)).toThrow(
    'jitterColor: expected an image with data, width and height',
  );
  for (const split of ['toString', 'test', undefined, null]) {
    expect(() => sceneSeed(split as never, 0)).toThrow(
      'sceneSeed: expected training, validation, testing as split, got ',
    );
  }
});
