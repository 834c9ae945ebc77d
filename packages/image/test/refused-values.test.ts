import { expect, test } from 'vitest';
import { colorize, segmentColors } from '../src/drawing/colorize.ts';
import { outlines } from '../src/drawing/outlines.ts';
import { drawOverlay } from '../src/drawing/overlay.ts';
import { segmentAt } from '../src/drawing/segment-at.ts';
import { readImageHeader } from '../src/image-header.ts';
import { orient } from '../src/orientation.ts';
import { decodeLabelPng } from '../src/png/label-png.ts';
import { decodePanopticPng, encodePanopticPng } from '../src/png/panoptic-png.ts';
import { fittedSize, rescaledSize } from '../src/resize/published-sizes.ts';
import { resizeImage } from '../src/resize/resize-image.ts';
import { resizeImageAligned } from '../src/resize/resize-image-aligned.ts';
import { resizeImageOpenCv } from '../src/resize/resize-image-opencv.ts';
import { resizeLabels } from '../src/resize/resize-labels.ts';
import { shortestEdgeSize } from '../src/resize/shortest-edge-size.ts';
import { truncatedEdgeSize } from '../src/resize/truncated-edge-size.ts';
import { withoutAlpha } from '../src/without-alpha.ts';

const image = { data: new Uint8Array(12), width: 2, height: 2 };

test.each([
  [null, 'Null'],
  [[137, 80], 'Array'],
  ['PNG', 'text'],
  [new ArrayBuffer(8), 'ArrayBuffer'],
  [new DataView(new ArrayBuffer(8)), 'DataView'],
])('%o is no file', async (bytes, found) => {
  for (const read of [readImageHeader, decodeLabelPng, decodePanopticPng]) {
    const message = `${read.name}: expected bytes (Uint8Array) of a.png, got ${found}`;
    await expect(read(bytes as never, 'a.png')).rejects.toThrow(message);
  }
});

test.each(['6', 9, 0, -1, 1.5, Number.NaN, null])('an orientation of %j is refused', (orientation) => {
  expect(() => orient(image, orientation as never)).toThrow('orientImage: expected a whole number of 1 to 8, got');
});

test.each([[[2]], [[]], [[2, 2, 2]], [null], ['22'], [[2, undefined]], [new Array(2)], [[2, 0]], [['2', '2']]])(
  'a size of %j is refused',
  (size) => {
    for (const resize of [resizeImage, resizeImageAligned, resizeImageOpenCv])
      expect(() => resize(image, size as never)).toThrow(`${resize.name}: expected a height and width of 1 or more`);
    const labels = new Uint8Array(4);
    expect(() => resizeLabels(labels, [2, 2], size as never)).toThrow('resizeLabels: expected a height and width');
    expect(() => resizeLabels(labels, size as never, [2, 2])).toThrow('resizeLabels: expected a height and width');
  },
);

test('images that are none are refused by all', () => {
  for (const wrong of [null, {}, { ...image, width: 3 }]) {
    for (const resize of [resizeImageAligned, resizeImageOpenCv])
      expect(() => resize(wrong as never, [2, 2])).toThrow(`${resize.name}: expected`);
    expect(() => orient(wrong as never, 3)).toThrow('orientImage: expected');
  }
});

test('a segment without a pixel is drawn as if it were not there', () => {
  const segment = {
    category: 0,
    isThing: true,
    score: 1,
    area: 4,
    bbox: [0, 0, 2, 2] as [number, number, number, number],
  };
  const map = { ids: new Int32Array(4).fill(1), width: 2, height: 2, segments: [{ ...segment, id: 1 }] };
  const unseen = { ...segment, id: 2, isThing: false };
  const drawn = drawOverlay(image, { ...map, segments: [...map.segments, unseen] }, [{ name: 'a' }]);
  expect(drawn).toEqual(drawOverlay(image, map, [{ name: 'a' }]));
});

const EDGES = { shortestEdge: 4, longestEdge: 8 };

test.each([
  [[2]],
  [null],
  ['22'],
  [[2, Number.NaN]],
  [[2, 0]],
  [[2.5, 2]],
  [[2, Number.POSITIVE_INFINITY]],
  [undefined],
])('no size is made of %j', (size) => {
  for (const sized of [shortestEdgeSize, truncatedEdgeSize, rescaledSize]) {
    expect(() => sized(size as never, EDGES)).toThrow(`${sized.name}: expected a height and width of 1 or more, got `);
  }
  expect(() => fittedSize(size as never, 4)).toThrow('fittedSize: expected a height and width of 1 or more, got ');
  expect(() => outlines([1, 1], size as never)).toThrow('outlines: expected a height and width of 1 or more, got ');
});

test.each([Number.NaN, 0, -1, '4', null, undefined, Number.POSITIVE_INFINITY])('an edge of %j is refused', (edge) => {
  for (const sized of [shortestEdgeSize, truncatedEdgeSize, rescaledSize]) {
    const edges = { ...EDGES, shortestEdge: edge as never };
    expect(() => sized([2, 2], edges)).toThrow(`${sized.name}: expected a number above 0 as shortestEdge, got `);
    if (edge === Number.POSITIVE_INFINITY) expect(sized([2, 2], { ...EDGES, longestEdge: edge })).toEqual([4, 4]);
    else expect(() => sized([2, 2], { ...EDGES, longestEdge: edge as never })).toThrow('as longestEdge, got ');
  }
  expect(() => fittedSize([2, 2], edge as never)).toThrow('fittedSize: expected a whole number of at least 1 as side');
});

test('what is no map, no ids and no pixels is refused by name', () => {
  for (const map of [undefined, null, {}, { ids: [1] }, 'x', Promise.resolve({})]) {
    expect(() => colorize(map as never)).toThrow('colorize: expected a map with ids and segments as map, got ');
    expect(() => segmentAt(map as never, 0, 0)).toThrow('segmentAt: expected a map with ids and segments as map, got ');
  }
  const map = { ids: Int32Array.of(1, 1, 1), width: 2, height: 2, segments: [] };
  expect(() => colorize(map)).toThrow('colorize: expected an id for each pixel of 2x2, got 3');
  expect(() => encodePanopticPng(map)).toThrow('encodePanopticPng: expected an id for each pixel of 2x2, got 3');
  expect(() => encodePanopticPng(null as never)).toThrow('encodePanopticPng: expected a map with ids as map, got null');
  expect(() => segmentColors(null as never)).toThrow('segmentColors: expected a list as segments, got null');
  expect(() => outlines([1, 1, 1], [2, 2])).toThrow('outlines: expected 4 ids as ids, got [1,1,1]');
  for (const rgba of [undefined, null, [1, 2, 3, 4], new Uint8Array(5)]) {
    expect(() => withoutAlpha(rgba as never)).toThrow('withoutAlpha: expected four bytes for each pixel as rgba, got ');
  }
});
