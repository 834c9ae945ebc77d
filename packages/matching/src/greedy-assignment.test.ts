import { expect, test } from 'vitest';
import { classFixedAssignment, greedyAssignment } from './greedy-assignment.ts';

test('the cheapest pair goes first, even where that is not optimal', () => {
  // total 1 + 9; the optimum is 2 + 3
  expect(greedyAssignment([1, 2, 3, 9], 2, 2)).toEqual({ rows: Int32Array.of(0, 1), columns: Int32Array.of(0, 1) });
});

test('equal costs: lower row, then lower column', () => {
  expect(greedyAssignment([0, 0, 0, 0, 0, 0], 3, 2)).toEqual({
    rows: Int32Array.of(0, 1),
    columns: Int32Array.of(0, 1),
  });
});

test('pairs that cost NaN or infinity are never taken', () => {
  expect(greedyAssignment([NaN, 1, Infinity, 0], 2, 2)).toEqual({ rows: Int32Array.of(1), columns: Int32Array.of(1) });
});

test('greedy assignment says which length it expected', () => {
  expect(() => greedyAssignment([1], 1, 2)).toThrow('greedyAssignment: expected 2 costs for [1, 2], got 1');
});

test('a target of class k goes to query k', () => {
  expect(classFixedAssignment([5, 0, 3], 6)).toEqual({ rows: Int32Array.of(0, 3, 5), columns: Int32Array.of(1, 2, 0) });
});

test('a class without a query, or of two targets, is an error', () => {
  expect(() => classFixedAssignment([6], 6)).toThrow('classFixedAssignment: expected classes in 0 to 5, got 6');
  expect(() => classFixedAssignment([2, 2], 6)).toThrow('expected one target a class, got 0 and 1 of class 2');
});
