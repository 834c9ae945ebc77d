import { useBackend } from '@seg/core';
import { beforeAll, expect, test } from 'vitest';

import { drawTargets, parseTargets } from './target-formulas.ts';

beforeAll(() => useBackend('cpu'));

const inside = (formula: string) => parseTargets('f', [`image 0: 1: ${formula}`])[0][0].inside;

test.each([
  ['x<40 and y<30', [39, 29], [40, 29]],
  ['(x-60)^2+(y-20)^2<324', [60, 3], [60, 2]], // 17² = 289, 18² = 324
  ['(x+y) mod 32 < 16', [30, 2], [30, 1]],
  ['10<=x<86 and 10<=y<54', [85, 10], [86, 10]],
  ['R(3,2,90,70) and x+2y<150', [10, 69], [10, 71]],
  ['D(121,53,901)', [151, 53], [121, 84]], // 30² = 900 < 901, 31² = 961
  ['not (x<5 or y>=7)', [5, 6], [4, 6]],
  ['|x - 48| + abs(y-32) ≤ 20', [38, 42], [37, 42]],
  ['2(x+1) = 8', [3, 0], [4, 0]],
  ['x*y/2 >= 6 and x != 12', [4, 3], [12, 1]],
  ['max(x, y) > 9', [0, 10], [9, 9]],
  ['x > -1 and x - -1 = 3', [2, 0], [1, 0]],
])('%s holds at %j, not at %j', (formula, [x, y], [farX, farY]) => {
  expect(inside(formula)(x, y)).toBe(true);
  expect(inside(formula)(farX, farY)).toBe(false);
});

test.each([
  ['x', 'a condition'],
  ['x<', 'a number, x, y'],
  ['x<5 and 3', 'a condition'],
  ['(x<5) + 1 < 2', 'a number'],
  ['R(1,2,3)', '","'],
  ['z<5', 'a number, x, y'],
  ['x<5 }', 'a formula'],
  ['x<5 R(1,2,3,4)', '";"'],
  ['constructor(x)<1', 'a number, x, y'],
  [`${'('.repeat(5000)}x<1${')'.repeat(5000)}`, 'at most 100 parentheses'],
])('%s is refused', (formula, expected) => {
  expect(() => inside(formula)).toThrow(`f: targets[0]: expected ${expected}`);
});

test('an image may be empty, and images are counted', () => {
  expect(parseTargets('f', ['image 0:', 'image 1 (label: mask): 2: x<1; label 3: y<1'])).toMatchObject([
    [],
    [{ label: 2 }, { label: 3 }],
  ]);
  expect(() => parseTargets('f', ['image 1: 2: x<1'])).toThrow('f: expected "image 0: …" as targets[0], got "image 1');
});

test('masks are drawn row by row, classes count from the first label', async () => {
  const [{ classes, masks }] = drawTargets('f', parseTargets('f', ['image 0: 3: x=1; 1: y<1']), [2, 3], {
    firstLabel: 1,
    numClasses: 3,
  });
  expect([...classes]).toEqual([2, 0]);
  expect(masks.arraySync()).toEqual([
    [
      [0, 1, 0],
      [0, 1, 0],
    ],
    [
      [1, 1, 1],
      [0, 0, 0],
    ],
  ]);
  masks.dispose();
});
