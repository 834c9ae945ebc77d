import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boundaryDistance, boundaryOf } from '../src/mask/boundary.ts';
import { maskIou } from '../src/mask/overlap.ts';
import { polygonsToRle, polygonToRle } from '../src/mask/polygon.ts';
import { decodeRle, encodeRle, type Rle, rleArea, rleBox } from '../src/mask/rle.ts';
import { mergeRles } from '../src/mask/rle-merge.ts';
import { rleToPolygons } from '../src/mask/rle-polygons.ts';
import { formatCounts, formatRle, parseCounts, parseRle } from '../src/mask/rle-string.ts';

/** Masks of long and short runs, `count` of one size. */
const masks = (count: number) =>
  fc.tuple(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 1, max: 24 })).chain(([height, width]) =>
    fc
      .array(fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 60 }), {
        minLength: count,
        maxLength: count,
      })
      .map((lists) => lists.map((runs) => fromRuns(runs, height, width))),
  );

function fromRuns(runs: number[], height: number, width: number): Rle {
  const pixels = new Uint8Array(height * width);
  let p = 0;
  runs.forEach((run, k) => {
    pixels.fill(k & 1, p, (p += run));
  });
  return encodeRle(pixels, height, width);
}

const seeded = { seed: 11, numRuns: 300 };

test('a mask survives encoding, its string, and decoding, in both layouts', () => {
  fc.assert(
    fc.property(masks(1), ([rle]) => {
      const again = parseRle(JSON.parse(JSON.stringify(formatRle(rle))));
      expect(again).toEqual(rle);
      const { height, width } = rle;
      for (const layout of ['row-major', 'column-major'] as const) {
        expect(encodeRle(decodeRle(again, layout), height, width, layout)).toEqual(rle);
      }
    }),
    seeded,
  );
});

test('any runs up to 2^32 - 1 survive their string', () => {
  fc.assert(
    fc.property(fc.uint32Array({ maxLength: 30 }), (counts) => {
      expect(parseCounts(formatCounts(counts))).toEqual(counts);
    }),
    seeded,
  );
});

test('merging is the logic of pixels', () => {
  fc.assert(
    fc.property(masks(3), (rles) => {
      const pixels = rles.map((rle) => decodeRle(rle));
      const union = pixels[0].map((value, p) => value | pixels[1][p] | pixels[2][p]);
      const intersection = pixels[0].map((value, p) => value & pixels[1][p] & pixels[2][p]);
      expect(decodeRle(mergeRles(rles, 'union'))).toEqual(union);
      expect(decodeRle(mergeRles(rles, 'intersection'))).toEqual(intersection);
    }),
    seeded,
  );
});

test('IoU is the count of pixels', () => {
  fc.assert(
    fc.property(masks(2), ([a, b]) => {
      const [p, q] = [decodeRle(a), decodeRle(b)];
      const common = p.reduce((sum, value, k) => sum + (value & q[k]), 0);
      const union = p.reduce((sum, value, k) => sum + (value | q[k]), 0);
      expect(maskIou([a], [b])[0]).toBe(common === 0 ? 0 : common / union);
      expect(maskIou([a], [b], [1])[0]).toBe(common === 0 ? 0 : common / rleArea(a));
    }),
    seeded,
  );
});

test('area and box are those of the pixels', () => {
  fc.assert(
    fc.property(masks(1), ([rle]) => {
      const pixels = decodeRle(rle);
      const found = [...pixels.keys()].filter((p) => pixels[p] === 1);
      expect(rleArea(rle)).toBe(found.length);
      if (found.length === 0) return;
      const columns = found.map((p) => p % rle.width);
      const rows = found.map((p) => Math.floor(p / rle.width));
      const [left, top] = [Math.min(...columns), Math.min(...rows)];
      const [x, y, width, height] = rleBox(rle);
      expect([x, width]).toEqual([left, Math.max(...columns) - left + 1]);
      expect(y).toBeLessThanOrEqual(top); // a run over a column's end makes the box full height
      expect(y + height).toBeGreaterThan(Math.max(...rows));
    }),
    seeded,
  );
});

test('the boundary is what lies within a king move of d from background', () => {
  fc.assert(
    fc.property(masks(1), fc.double({ min: 0.01, max: 0.2, noNaN: true }), ([rle], ratio) => {
      const { height, width } = rle;
      const d = boundaryDistance(height, width, ratio);
      const mask = decodeRle(rle);
      const at = (x: number, y: number) => (x < 0 || y < 0 || x >= width || y >= height ? 0 : mask[y * width + x]);
      const expected = mask.map((value, p) => {
        if (value === 0) return 0;
        for (let dy = -d; dy <= d; dy++) {
          for (let dx = -d; dx <= d; dx++) if (at((p % width) + dx, Math.floor(p / width) + dy) === 0) return 1;
        }
        return 0;
      });
      expect(decodeRle(boundaryOf(rle, ratio))).toEqual(expected);
    }),
    seeded,
  );
});

test('outlines without holes give the mask back', () => {
  fc.assert(
    fc.property(masks(1), ([rle]) => {
      const { outlines, holes } = rleToPolygons(rle);
      if (outlines.length === 0) expect(rleArea(rle)).toBe(0);
      else if (holes.length === 0) expect(polygonsToRle(outlines, rle.height, rle.width)).toEqual(rle);
      const shoelace = (corners: number[]) => {
        let twice = 0;
        for (let k = 0; k < corners.length; k += 2) {
          const [x, y] = [corners[(k + 2) % corners.length], corners[(k + 3) % corners.length]];
          twice += corners[k] * y - x * corners[k + 1];
        }
        return Math.abs(twice) / 2;
      };
      const total = (polygons: number[][]) => polygons.reduce((sum, corners) => sum + shoelace(corners), 0);
      expect(total(outlines) - total(holes)).toBe(rleArea(rle));
    }),
    seeded,
  );
});

test('a ring has an outline and a hole', () => {
  const ring = encodeRle([1, 1, 1, 1, 0, 1, 1, 1, 1], 3, 3);
  expect(rleToPolygons(ring)).toEqual({ outlines: [[3, 0, 3, 3, 0, 3, 0, 0]], holes: [expect.any(Array)] });
});

test('what does not fit is named, not decoded', () => {
  expect(() => parseCounts('1~')).toThrow(`RLE: expected characters from '0' to 'o', got "~" at 1`);
  expect(() => parseCounts('P')).toThrow('RLE: expected the last number of the string to end');
  expect(() => parseCounts('PPPPPPPP0')).toThrow('RLE: expected numbers of at most 7 characters');
  expect(() => parseCounts('O')).toThrow('RLE: expected runs of 0 to 2^32 - 1, got -1');
  expect(() => parseRle({ size: [3, 4], counts: [5, 3] })).toThrow('expected runs of 12 pixels for 3 x 4, got 8');
  expect(() => parseRle({ size: [3, 4], counts: '' })).toThrow('expected runs of 12 pixels for 3 x 4, got 0');
  expect(() => parseRle({ size: [3, 4], counts: [1.5] })).toThrow('expected runs that are whole numbers');
  expect(() => parseRle({ size: [1e6, 1e6], counts: [1e12] })).toThrow('whole numbers of 0 to 2^32 - 1');
  expect(() => parseRle([[1, 2]] as never)).toThrow('parseRle: expected {size: [height, width], counts}');
  expect(() => encodeRle([1, 2, 3], 2, 2)).toThrow('encodeRle: expected 4 pixels for 2 x 2, got 3');
  const [a, b] = [encodeRle([1, 0], 1, 2), encodeRle([1, 0], 2, 1)];
  expect(() => mergeRles([a, b], 'union')).toThrow('mergeRles: expected masks of 1 x 2, got 2 x 1');
  expect([...maskIou([a], [b])]).toEqual([-1]); // as pycocotools
  for (const corner of [NaN, Infinity, 1e12]) {
    expect(() => polygonToRle([0, 0, corner, 5, 9, 9], 10, 10)).toThrow('polygonToRle: expected finite corners');
  }
});
