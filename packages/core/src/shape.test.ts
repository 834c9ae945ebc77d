import type * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { ShapeError } from './errors.ts';
import { type Axis, expectShapes } from './shape.ts';

/** Only the shape of a tensor is read. */
const shaped = (...shape: number[]) => ({ shape }) as tf.Tensor;

test('names are bound to sizes, and tensors that are left out fit', () => {
  const bound = expectShapes('op', {
    x: [shaped(2, 5, 3), ['...', 'C']],
    gain: [shaped(3), ['C']],
    bias: [undefined, ['C']],
  });
  expect(bound).toEqual({ C: 3 });
});

const WRONG: [string, [number[], Axis[]][], string][] = [
  [
    'an axis',
    [
      [
        [2, 3],
        ['M', 'in'],
      ],
      [
        [4, 5],
        ['in', 'out'],
      ],
    ],
    'op: expected t1 [in=3, out], got [4, 5]',
  ],
  [
    'a number',
    [
      [
        [2, 3],
        ['M', 4],
      ],
    ],
    'op: expected t0 [M, 4], got [2, 3]',
  ],
  ['too few axes', [[[3], ['M', 'in']]], 'op: expected t0 [M, in], got [3]'],
  [
    'too many axes',
    [
      [
        [1, 2, 3],
        ['M', 'in'],
      ],
    ],
    'op: expected t0 [M, in], got [1, 2, 3]',
  ],
  ['fewer axes than open ones leave', [[[], ['...', 'C']]], 'op: expected t0 [..., C], got []'],
  [
    'other axes ahead',
    [
      [
        [2, 5, 3],
        ['...', 'C'],
      ],
      [
        [1, 5, 3],
        ['...', 'C'],
      ],
    ],
    'op: expected t1 [2, 5, C=3], got [1, 5, 3]',
  ],
  [
    'neither one nor the size',
    [
      [[4], ['B']],
      [[3], ['1|B']],
    ],
    'op: expected t1 [1|B=4], got [3]',
  ],
];

test.each(WRONG)('%s is an error that says what was expected', (_, given, message) => {
  const tensors = Object.fromEntries(
    given.map(([shape, pattern], i) => [`t${i}`, [shaped(...shape), pattern] as const]),
  );
  expect(() => expectShapes('op', tensors)).toThrow(new ShapeError(message));
});

test('an axis of one stands for any size', () => {
  const pattern: Axis[] = ['1|B', 'N'];
  expect(expectShapes('op', { x: [shaped(1, 3), pattern], y: [shaped(4, 3), pattern] })).toEqual({ B: 4, N: 3 });
});
