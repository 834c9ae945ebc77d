import { MASK2FORMER_LOSS, SOLOV2_LOSS } from '@seg/losses';
import { expect, test } from 'vitest';

import { changedLoss } from './changed-loss.ts';

test('values of a recipe stand in place of the published ones', () => {
  expect(changedLoss(MASK2FORMER_LOSS, { numPoints: 64 })).toEqual({ ...MASK2FORMER_LOSS, numPoints: 64 });
  expect(changedLoss(SOLOV2_LOSS, { sharedCells: 'last' }).sharedCells).toBe('last');
});

test.each([
  [{ numPoint: 1 }, 'loss: expected classWeight, maskWeight'],
  [{ numPoints: 'many' }, 'loss: expected a whole number above 0 as numPoints, got "many"'],
  [{ numPoints: 0 }, 'got 0'],
  [{ numPoints: 1.5 }, 'got 1.5'],
  [{ maskWeight: null }, 'loss: expected a number of 0 or more as maskWeight, got null'],
  [{ maskWeight: Number.NaN }, 'got NaN'],
  [{ diceWeight: -1 }, 'got -1'],
  [{ numPoints: 1e12 }, 'loss: expected 1 to 1048576 as numPoints, got 1000000000000'],
  [{ oversampleRatio: 0.5 }, 'loss: expected 1 to 100 as oversampleRatio, got 0.5'],
  [{ importanceRatio: 1.5 }, 'loss: expected 0 to 1 as importanceRatio, got 1.5'],
  [{ classWeight: 1e30 }, 'loss: expected 0 to 1000000 as classWeight, got 1e+30'],
  [{ constructor: 1 }, 'got constructor'],
])('%o is refused', (changes, reason) => {
  expect(() => changedLoss(MASK2FORMER_LOSS, changes)).toThrow(reason);
});

test('what is of the model is no value of a recipe', () => {
  expect(() => changedLoss(SOLOV2_LOSS, { grids: [1] })).toThrow('got grids');
  expect(() => changedLoss(SOLOV2_LOSS, { mask: { kind: 'focal' } })).toThrow('expected a mask term of SOLO as mask');
  expect(changedLoss(SOLOV2_LOSS, { mask: { kind: 'focal', weight: 9 } }).mask).toEqual({ kind: 'focal', weight: 9 });
  expect(() => changedLoss(SOLOV2_LOSS, { sharedCells: 'first' })).toThrow('expected last or all as sharedCells');
});
