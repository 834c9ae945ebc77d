import { expect, test } from 'vitest';

import { shortestEdgeSize } from './shortest-edge-size.ts';
import { truncatedEdgeSize } from './truncated-edge-size.ts';

const EDGES = { shortestEdge: 800, longestEdge: 1333 };

test('the longer side is cut off, where detectron2 rounds it', () => {
  // transformers 5.18.0, get_size_with_aspect_ratio: 800 · 640 / 533 = 960.6
  expect(truncatedEdgeSize([533, 640], EDGES)).toEqual([800, 960]);
  expect(truncatedEdgeSize([640, 533], EDGES)).toEqual([960, 800]);
  expect(shortestEdgeSize([533, 640], EDGES)).toEqual([800, 961]);
});

test('an image whose shorter side fits stays as it is, and a thin one keeps a pixel', () => {
  expect(truncatedEdgeSize([800, 1000], EDGES)).toEqual([800, 1000]);
  expect(truncatedEdgeSize([1, 100_000], EDGES)[0]).toBe(1);
});
