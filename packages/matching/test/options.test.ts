import type * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { linearAssignment, linearAssignmentBatch, maskFocalCost, pairCosts } from '../src/index.ts';

const masks = {} as tf.Tensor2D;
const calls: Record<string, (options: never) => unknown> = {
  linearAssignment: (options) => linearAssignment([1], 1, 1, options),
  linearAssignmentBatch: (options) => linearAssignmentBatch([1], [1, 1, 1], options),
  maskFocalCost: (options) => maskFocalCost(masks, masks, options),
  pairCosts: (options) => pairCosts({} as never, options),
};

it.each<[string, unknown, string]>([
  [
    'linearAssignment',
    { maximise: true },
    'linearAssignment: expected nothing but maximize,nonFinite,fast, got maximise',
  ],
  ['linearAssignment', { nonFinite: 'clamped' }, 'expected reject, clamp as nonFinite, got clamped'],
  ['linearAssignment', { maximize: Number.NaN }, 'expected true, false as maximize, got NaN'],
  ['linearAssignment', null, 'linearAssignment: expected an object of options, got null'],
  [
    'linearAssignmentBatch',
    { columnCount: [1] },
    'expected nothing but maximize,nonFinite,fast,columnCounts, got columnCount',
  ],
  ['linearAssignmentBatch', { columnCounts: 1 }, 'expected a list of columnCounts, got 1'],
  ['linearAssignmentBatch', { columnCounts: [1, 1] }, 'expected 1 columnCounts, got 2'],
  ['linearAssignmentBatch', { columnCounts: [Number.NaN] }, 'expected 0 to 1 columns in problem 0, got NaN'],
  ['linearAssignmentBatch', { nonFinite: 'clamped' }, 'expected reject, clamp as nonFinite, got clamped'],
  ['linearAssignmentBatch', null, 'linearAssignmentBatch: expected an object of options, got null'],
  ['maskFocalCost', { gama: 2 }, 'maskFocalCost: expected nothing but alpha, gamma, got gama 2'],
  ['maskFocalCost', { gamma: Number.NaN }, 'maskFocalCost: expected a number of at least 0 as gamma, got NaN'],
  ['maskFocalCost', null, 'maskFocalCost: expected an object of options, got null'],
  ['pairCosts', { mask: 1, class: 1, dice: 1, box: 1 }, 'pairCosts: expected nothing but mask, class, dice, got box 1'],
  ['pairCosts', { mask: 1, class: 1 }, 'pairCosts: expected a number as dice, got none'],
  ['pairCosts', { mask: Number.NaN, class: 1, dice: 1 }, 'pairCosts: expected a number as mask, got NaN'],
  ['pairCosts', null, 'pairCosts: expected an object of options, got null'],
])('%s refuses %j', (name, options, message) => {
  expect(() => calls[name](options as never)).toThrow(message);
});

it('asks for costs and shapes', () => {
  expect(() => linearAssignment(null as never, 1, 1)).toThrow('linearAssignment: expected a list of costs, got null');
  expect(() => linearAssignmentBatch([1], null as never)).toThrow('expected a list as shape, got null');
});
