import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { fnv1a, noise } from '../../test/noise.ts';
import type { ImageSize } from '../rgb-image.ts';
import { resizeImage } from './resize-image.ts';
import { resizeLabels } from './resize-labels.ts';
import { shortestEdgeSize } from './shortest-edge-size.ts';

type Case = { from: ImageSize; to: ImageSize; bilinear: number; nearest: number; bilinearStart: number[] };

// What Pillow makes of the same formula images; see fixtures/make-pillow-resize.py.
const fixture = new URL('./fixtures/pillow-resize.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(fixture, 'utf8')) as { cases: Case[] };
const titled = cases.map((one) => [`${one.from.join('x')} to ${one.to.join('x')}`, one] as const);

test.each(titled)('bilinear equals Pillow in every byte: %s', (_, { from, to, bilinear, bilinearStart }) => {
  const image = noise(from);
  const resized = resizeImage(image, to);
  expect([resized.height, resized.width]).toEqual(to);
  expect([...resized.data.subarray(0, 12)]).toEqual(bilinearStart);
  expect(fnv1a(resized.data)).toBe(bilinear);
});

test.each(titled)('nearest equals Pillow in every byte: %s', (_, { from, to, nearest }) => {
  const { data } = noise(from);
  const channels = [0, 1, 2].map((c) => resizeLabels(Uint8Array.from(data.filter((_, i) => i % 3 === c)), from, to));
  const interleaved = Uint8Array.from({ length: to[0] * to[1] * 3 }, (_, i) => channels[i % 3][Math.floor(i / 3)]);
  expect(fnv1a(interleaved)).toBe(nearest);
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
  expect(() => resizeLabels(new Int32Array(5), [4, 5], [2, 2])).toThrow('expected 4x5 labels, got 5');
});

test('the shortest edge decides until the longest is too long', () => {
  // From detectron2 02b5c4e, ResizeShortestEdge.get_output_shape
  const coco = { shortestEdge: 800, longestEdge: 1333 };
  expect(shortestEdgeSize([480, 640], coco)).toEqual([800, 1067]);
  expect(shortestEdgeSize([640, 480], coco)).toEqual([1067, 800]);
  expect(shortestEdgeSize([427, 640], coco)).toEqual([800, 1199]);
  expect(shortestEdgeSize([200, 1000], coco)).toEqual([267, 1333]);
  expect(shortestEdgeSize([500, 500], coco)).toEqual([800, 800]);
});
