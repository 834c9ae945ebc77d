import { expect, test } from 'vitest';
import { boundaryDistance, boundaryOf } from '../src/mask/boundary.ts';
import { boxIou, maskIou } from '../src/mask/overlap.ts';
import { boxToRle, polygonsToRle, polygonToRle } from '../src/mask/polygon.ts';
import { decodeRle, encodeRle, rleArea, rleBox } from '../src/mask/rle.ts';
import { rleToPolygons } from '../src/mask/rle-polygons.ts';
import { formatCounts, formatRle, parseCounts } from '../src/mask/rle-string.ts';

test.each([[[null, 0, 4, 4]], [[0, 0, true, 4]], [['0', 0, 4, 4]], [[0, 0, 4]], [new Array(4)], [null], ['0044']])(
  'the box %j is refused',
  (box) => {
    expect(() => boxToRle(box as never, 5, 5)).toThrow('boxToRle: expected a box of four numbers, got');
  },
);

test.each([[[null, 0, 4, 0, 4, 4]], [[0, true, 4, 0, 4, 4]], [['0', 0, 4, 0, 4, 4]], [new Array(6)]])(
  'a polygon of %j is refused',
  (corners) => {
    expect(() => polygonToRle(corners as never, 5, 5)).toThrow('polygonToRle: expected finite corners, got');
    expect(() => polygonsToRle([corners as never], 5, 5)).toThrow('polygonToRle: expected finite corners, got');
  },
);

test.each([null, {}, '0044', 7])('polygons of %j are refused', (corners) => {
  expect(() => polygonToRle(corners as never, 5, 5)).toThrow('polygonToRle: expected a list of corners, got');
  expect(() => polygonsToRle(corners as never, 5, 5)).toThrow('polygonsToRle: expected a list of polygons, got');
  expect(() => polygonsToRle(new Array(1) as never, 5, 5)).toThrow(
    'polygonToRle: expected a list of corners, got none',
  );
});

test('boxes and polygons of numbers are drawn, from typed arrays too', () => {
  expect(rleArea(boxToRle([0, 0, 4, 4], 5, 5))).toBe(16);
  expect(rleArea(polygonToRle(Float32Array.of(0, 0, 0, 4, 4, 4, 4, 0), 5, 5))).toBe(16);
});

test('masks and runs that are none are refused', () => {
  for (const mask of ['1111', null, {}])
    expect(() => encodeRle(mask as never, 2, 2)).toThrow('encodeRle: expected a list of pixels, got');
  for (const counts of [[1.5, 2.5], [5, -1], ['4'], null, {}])
    expect(() => decodeRle({ height: 2, width: 2, counts: counts as never })).toThrow(
      /^decodeRle: expected runs (of whole|as counts)/,
    );
  expect([...decodeRle({ height: 2, width: 2, counts: [2, 2] as never })]).toEqual([0, 1, 0, 1]);
});

test.each([NaN, 0, -0.02, Infinity, '0.02', null])('a dilation of %j is refused', (ratio) => {
  expect(() => boundaryDistance(4, 4, ratio as never)).toThrow('boundaryDistance: expected dilationRatio above 0, got');
  const rle = { height: 2, width: 2, counts: Uint32Array.of(0, 4) };
  expect(() => boundaryOf(rle, ratio as never)).toThrow('expected dilationRatio above 0, got');
  expect(() => boundaryDistance(NaN, 4)).toThrow('boundaryDistance: expected height and width');
});

test.each([[['x']], [[1.5]], [[Number.NaN]], [[-1]], ['x'], [null], [{}], [[null]], [[2 ** 53]]])(
  'runs %j are not written: they would never end, or not be read again',
  (counts) => {
    expect(() => formatCounts(counts as never)).toThrow('formatCounts: expected runs of whole numbers, got ');
    expect(() => formatRle({ height: 2, width: 2, counts: counts as never })).toThrow(/^formatRle: expected runs /);
  },
);

test('what is no mask, no box and no text is refused by name', () => {
  expect(() => formatRle(null as never)).toThrow('formatRle: expected an object, got null');
  expect(() => formatRle({ height: 2, width: 2, counts: Uint32Array.of(3) })).toThrow('expected runs of 4 pixels');
  expect(() => rleToPolygons(null as never)).toThrow('decodeRle: expected an object, got null');
  for (const counts of [undefined, 'x', 7]) {
    expect(() => rleArea({ counts } as never)).toThrow('rleArea: expected runs as counts, got ');
    expect(() => rleBox({ height: 2, width: 2, counts } as never)).toThrow('rleBox: expected runs as counts, got ');
  }
  for (const text of [undefined, null, 7, {}, [1]]) {
    expect(() => parseCounts(text as never)).toThrow('parseCounts: expected a text, got ');
  }
  for (const box of [undefined, null, {}, 'abcd', [1, 2, 3], [1, 2, 3, '4']]) {
    expect(() => boxIou(box as never, [0, 0, 1, 1])).toThrow(
      'boxIou: expected a box [x, y, width, height] as detection',
    );
    expect(() => boxIou([0, 0, 1, 1], box as never)).toThrow('as groundTruth, got ');
  }
  expect(() => maskIou(null as never, [])).toThrow('maskIou: expected a list, got null');
  expect(() => maskIou([], {} as never)).toThrow('maskIou: expected a list, got {}');
});
