import { expect, test } from 'vitest';

import { shortestEdgeSize } from './shortest-edge-size.ts';

test('the shortest edge decides until the longest is too long', () => {
  // From detectron2 02b5c4e, ResizeShortestEdge.get_output_shape
  const coco = { shortestEdge: 800, longestEdge: 1333 };
  expect(shortestEdgeSize([480, 640], coco)).toEqual([800, 1067]);
  expect(shortestEdgeSize([640, 480], coco)).toEqual([1067, 800]);
  expect(shortestEdgeSize([427, 640], coco)).toEqual([800, 1199]);
  expect(shortestEdgeSize([200, 1000], coco)).toEqual([267, 1333]);
  expect(shortestEdgeSize([500, 500], coco)).toEqual([800, 800]);
});
