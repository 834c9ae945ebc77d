import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { fnv1a, noise } from '../../test/noise.ts';
import type { ImageSize } from '../rgb-image.ts';
import { PILLOW_FILTERS, type ResizeFilter } from './resize-filters.ts';
import { resizeImage } from './resize-image.ts';

type Case = { from: ImageSize; to: ImageSize; hashes: Record<ResizeFilter, number>; bilinearStart: number[] };

// What Pillow makes of the same formula images; see fixtures/make-pillow-resize.py.
const fixture = new URL('./fixtures/pillow-resize.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(fixture, 'utf8')) as { cases: Case[] };
const titled = cases.map((one) => [`${one.from.join('x')} to ${one.to.join('x')}`, one] as const);

describe.each(PILLOW_FILTERS)('%s', (filter) => {
  test.each(titled)('equals Pillow in every byte: %s', (_, { from, to, hashes, bilinearStart }) => {
    const resized = resizeImage(noise(from), to, { filter });
    expect([resized.height, resized.width]).toEqual(to);
    if (filter === 'bilinear') expect([...resized.data.subarray(0, 12)]).toEqual(bilinearStart);
    expect(fnv1a(resized.data)).toBe(hashes[filter]);
  });
});

test('filters have the numbers that Pillow gives them', () => {
  // Pillow 12.3, Image.Resampling
  expect(PILLOW_FILTERS).toEqual(['nearest', 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming']);
});

test('the same size is a copy', () => {
  const image = noise([4, 5]);
  const same = resizeImage(image, [4, 5]);
  expect(same).toEqual(image);
  expect(same.data).not.toBe(image.data);
});

test('sizes below one pixel are refused', () => {
  expect(() => resizeImage(noise([4, 5]), [0, 3])).toThrow(
    'resizeImage: expected a height and width of 1 or more, got 0x3',
  );
});
