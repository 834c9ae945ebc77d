import { seededRandom } from '@seg/core';
import { expect, test } from 'vitest';

import { copyPaste } from '../src/augment/copy-paste.ts';
import { cropRandomly, cropSample } from '../src/augment/crop.ts';
import { flipHorizontally, flipVertically } from '../src/augment/flip.ts';
import { mosaic } from '../src/augment/mosaic.ts';
import { resizeSample, resizeShortestEdge } from '../src/augment/resize.ts';
import { jitterScale } from '../src/augment/scale-jitter.ts';
import { masksOf, painted, pixelsOf } from './painted-sample.ts';

/** Random numbers from a list. */
const given =
  (...numbers: number[]) =>
  () => {
    if (numbers.length === 0) throw new Error('expected no further random number, got a call');
    return numbers.shift()!;
  };

const scene = painted('aab..', 'aab?.', '..bcc');

test('a flip moves pixels and masks together, and twice is nothing', () => {
  const flipped = flipHorizontally(scene);
  expect(masksOf(flipped)).toEqual(['..baa', '.?baa', 'ccb..']);
  expect(pixelsOf(flipped)).toEqual(['..baa', '.?baa', 'ccb..']);
  expect(flipHorizontally(flipped)).toEqual(scene);
  expect(masksOf(flipVertically(scene))).toEqual(['..bcc', 'aab?.', 'aab..']);
  expect(pixelsOf(flipVertically(scene))).toEqual(['..bcc', 'aab?.', 'aab..']);
  expect(flipVertically(flipVertically(scene))).toEqual(scene);
});

test('a crop cuts pixels and masks alike and drops what has vanished', () => {
  const cut = cropSample(scene, { x: 2, y: 1, width: 2, height: 2 });
  expect(masksOf(cut)).toEqual(['b?', 'bc']);
  expect(pixelsOf(cut)).toEqual(['b?', 'bc']);
});

test('of an object of which less than a share is left, the pixels become unknown', () => {
  const window = { x: 2, y: 0, width: 2, height: 3 }; // half of c is left
  expect(masksOf(cropSample(scene, window, 0.5))).toEqual(['b.', 'b?', 'bc']);
  expect(masksOf(cropSample(scene, window, 0.51))).toEqual(['b.', 'b?', 'b?']);
});

test('beyond the edge pixels are gray and nothing is known', () => {
  const cut = cropSample(scene, { x: 3, y: 1, width: 4, height: 3 });
  expect(masksOf(cut)).toEqual(['?.??', 'cc??', '????']);
  expect(pixelsOf(cut).map((row) => row.slice(2))).toEqual(['??', '??', '??']);
});

test('a random crop lies in the image; one that keeps an object has its middle', () => {
  // rows 0 and 1 to begin at, columns 0 to 3: 0.99 and 0.5 give 1 and 2
  expect(masksOf(cropRandomly(scene, { size: [2, 2] }, given(0, 0.99, 0.5)))).toEqual(['b?', 'bc']);
  for (let seed = 0; seed < 200; seed++) {
    const cut = cropRandomly(scene, { size: [1, 1], keep: 'object' }, seededRandom(seed));
    expect(cut.segments.length).toBe(1);
  }
  const large = cropRandomly(scene, { size: [4, 6], keep: 'object' }, seededRandom(1));
  expect(masksOf(large)).toEqual(['aab..?', 'aab?.?', '..bcc?', '??????']);
});

test('a crop of drawn size is at most the image', () => {
  const sizes = new Set<string>();
  for (let seed = 0; seed < 100; seed++) {
    const { width, height } = cropRandomly(scene, { size: { least: 2, most: 4 } }, seededRandom(seed)).image;
    sizes.add(`${width}x${height}`);
  }
  expect([...sizes].sort()).toEqual(['2x2', '2x3', '3x2', '3x3', '4x2', '4x3']);
});

test('doubling doubles every pixel of a mask, halving keeps those under the centers', () => {
  expect(masksOf(resizeSample(scene, [6, 10]))).toEqual(
    ['aab..', 'aab?.', '..bcc'].flatMap((row) => {
      const wide = row.replace(/./g, '$&$&');
      return [wide, wide];
    }),
  );
  // 4 columns to 2: the centers lie at 1 and 3 (Pillow takes the pixel at or right of them)
  expect(masksOf(resizeSample(painted('abcd'), [1, 2]))).toEqual(['bd']);
});

test('the shortest edge is one of those given, the longest is bounded', () => {
  const sides = (pick: number) => {
    const { image } = resizeShortestEdge(scene, { shortestEdges: [6, 9], longestEdge: 12 }, given(pick));
    return [image.height, image.width];
  };
  expect(sides(0)).toEqual([6, 10]);
  expect(sides(0.5)).toEqual([7, 12]); // 9 x 15, bounded: 9 · 12 / 15 = 7.2
});

test('jitter of scale 1 is the sample itself', () => {
  const square = painted('ab', 'cd');
  expect(jitterScale(square, { size: [2, 2], range: [1, 1] }, given(0, 0.7))).toEqual(square);
});

test('jitter below 1 pads right and below, above 1 it crops both sides at one fraction', () => {
  const small = jitterScale(
    painted('aabb', 'aabb', 'ccdd', 'ccdd'),
    { size: [4, 4], range: [0.5, 0.5] },
    given(0, 0.7),
  );
  expect(masksOf(small)).toEqual(['ab??', 'cd??', '????', '????']);
  expect(pixelsOf(small)[3]).toEqual('????');
  // 4x4 to 8x8; 0.75 of 4 is 3: columns and rows 3 to 6
  const large = jitterScale(painted('abcd', 'efgh', 'ijkl', 'mnop'), { size: [4, 4], range: [2, 2] }, given(0, 0.75));
  expect(masksOf(large)).toEqual(['fggh', 'jkkl', 'jkkl', 'noop']);
});

test('a mosaic of four shows each in its part, with its masks', () => {
  const whole = (letter: string) => painted(letter.repeat(4), letter.repeat(4), letter.repeat(4), letter.repeat(4));
  const parted = mosaic(
    [whole('a'), whole('b'), whole('c'), whole('d')],
    { size: [8, 8], range: [1, 1] },
    given(0.5, 0.25, 0, 0, 0, 0, 0, 0, 0, 0), // parted at 4 rows; 0.25 + 0.5 · 0.25 of 8 columns is 3
  );
  // fitted into 4x3, 4x5, 4x3, 4x5: 3x3, 4x4, 3x3, 4x4
  const rows = ['aaabbbb?', 'aaabbbb?', 'aaabbbb?', '???bbbb?'];
  expect(masksOf(parted)).toEqual([...rows, ...rows.map((row) => row.replaceAll('a', 'c').replaceAll('b', 'd'))]);
  expect(pixelsOf(parted)).toEqual(masksOf(parted));
});

test('pasted objects cover what is below them, and what vanishes is dropped', () => {
  const target = painted('aab', 'aab', 'cc?');
  const source = painted('.xx', '.x.', '.xy');
  const pasted = copyPaste(target, source, {}, given(0.4, 0.6)); // x is taken, y is not
  expect(masksOf(pasted)).toEqual(['axx', 'axb', 'cx?']);
  expect(pixelsOf(pasted)).toEqual(['axx', 'axb', 'cx?']);
  expect(masksOf(copyPaste(painted('.ab'), painted('.xx'), {}, given(0)))).toEqual(['.xx']);
  expect(masksOf(copyPaste(painted('aab'), painted('.xx'), { leastShare: 0.6 }, given(0)))).toEqual(['?xx']);
  expect(copyPaste(target, source, {}, given(0.9, 0.9))).toBe(target);
});

test('stuff and crowds are not pasted', () => {
  const source = painted('xyz');
  source.segments[2].isCrowd = true;
  const pasted = copyPaste(painted('aaa'), source, { isThing: (category) => category === 24 }, given(0));
  expect(masksOf(pasted)).toEqual(['aya']);
});

test('objects larger than the target are cut at its edges', () => {
  expect(masksOf(copyPaste(painted('a'), painted('xx', 'xx'), {}, given(0)))).toEqual(['x']);
});
