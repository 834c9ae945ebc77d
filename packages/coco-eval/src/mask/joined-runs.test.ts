import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boundaryOf } from './boundary.ts';
import { joinedRuns } from './joined-runs.ts';
import { maskIou } from './overlap.ts';
import { decodeRle, encodeRle, type Rle, rleArea } from './rle.ts';
import { mergeRles } from './rle-merge.ts';
import { rleToPolygons } from './rle-polygons.ts';
import { formatRle, parseRle } from './rle-string.ts';

test.each([
  ['one in the middle', [13, 20, 0, 30, 81], [13, 50, 81]],
  ['several in a row, an even number', [13, 20, 0, 0, 30, 81], [13, 20, 30, 81]],
  ['several in a row, an odd number', [13, 20, 0, 0, 0, 30, 81], [13, 50, 81]],
  ['first', [0, 20, 124], [0, 20, 124]],
  ['first and second', [0, 0, 20, 124], [20, 124]],
  ['last', [13, 131, 0], [13, 131]],
  ['last two', [13, 131, 0, 0], [13, 131]],
  ['all of it', [144, 0], [144]],
  ['the whole mask', [0, 100, 0, 44], [0, 144]],
  ['nothing', [], []],
  ['nothing but empty ones', [0, 0, 0], [0]],
])('empty runs are joined across: %s', (_, runs, joined) => {
  expect([...joinedRuns(Uint32Array.from(runs))]).toEqual(joined);
});

test('the boundary of runs with an empty one is that of the pixels', () => {
  // 30 pixels: boundary-iou-api 37d2558 with OpenCV 5.0.0
  const rle = { height: 12, width: 12, counts: Uint32Array.of(13, 20, 0, 30, 81) };
  expect(rleArea(boundaryOf(rle))).toBe(30);
});

/** Splits runs by empty ones, at random. */
const split = fc
  .tuple(
    fc.integer({ min: 1, max: 20 }),
    fc.integer({ min: 1, max: 20 }),
    fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 40 }),
  )
  .map(([height, width, wanted]): Rle => {
    const runs: number[] = [];
    let left = height * width;
    for (const run of wanted) {
      runs.push(Math.min(run % 3 === 0 ? 0 : run, left));
      left -= runs[runs.length - 1];
    }
    return { height, width, counts: Uint32Array.from([...runs, left]) };
  });

test('everything that is asked of runs with empty ones is what the pixels answer', () => {
  fc.assert(
    fc.property(split, fc.constantFrom(0.02, 0.1, 0.3), (rle, ratio) => {
      const { height, width } = rle;
      const plain = encodeRle(decodeRle(rle), height, width);
      expect([...joinedRuns(rle.counts)]).toEqual([...plain.counts]);
      expect(boundaryOf(rle, ratio)).toEqual(boundaryOf(plain, ratio));
      expect(rleArea(rle)).toBe(rleArea(plain));
      expect(maskIou([rle], [plain])).toEqual(maskIou([plain], [plain]));
      expect(mergeRles([rle, plain], 'union')).toEqual(plain);
      expect(mergeRles([rle, plain], 'intersection')).toEqual(plain);
      expect(rleToPolygons(rle)).toEqual(rleToPolygons(plain));
      expect(boundaryOf(parseRle(formatRle(rle)), ratio)).toEqual(boundaryOf(plain, ratio));
    }),
    { seed: 3, numRuns: 400 },
  );
});
