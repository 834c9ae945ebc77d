import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { type BodyCase, checkBodies, checkOps, random } from '../../../test/kernel-checks.ts';
import { positionedLinear, positionedLinearReference } from './positioned-linear.ts';

function bodyCase(
  [batch, length, inDim, outDim]: [number, number, number, number],
  columns: number,
  positionBatch?: number,
): BodyCase {
  return {
    title: `positionedLinear of [${batch}, ${length}, ${inDim}] to ${outDim}, of which ${columns} are positioned`,
    run: () => {
      const x = random([batch, length, inDim], 1) as tf.Tensor3D;
      const position = random(positionBatch ? [positionBatch, length, inDim] : [length, inDim], 2);
      const [weight, bias] = [random([inDim, outDim], 3, 0.2), random([outDim], 4)] as const;
      const rows = (tensor: tf.Tensor) => tf.reshape(tensor, [-1, inDim]);
      const plain = positionedLinearReference({ x: rows(x), position: rows(position), weight, bias }, { columns });
      return {
        fast: [positionedLinear({ x, position, weight, bias }, columns)],
        plain: [tf.reshape(plain, [batch, length, outDim])],
      };
    },
    tolerance: 2e-5,
  };
}

checkOps([
  {
    title: 'positionedLinear',
    shapes: [[2, 3, 8], [3, 8], [8, 12], [12]],
    f: (x, position, weight, bias) =>
      positionedLinear({ x: x as tf.Tensor3D, position, weight, bias } as never, 4),
  },
]); // biome-ignore format: shapes in a line

checkBodies([
  bodyCase([2, 37, 20, 44], 12),
  bodyCase([2, 37, 20, 44], 44),
  bodyCase([2, 37, 20, 44], 0, 2),
  bodyCase([1, 1030, 36, 1028], 520, 1), // tiles of 64 × 64, the last of both parts in part
  bodyCase([2, 5, 7, 9], 3), // no whole vectors
]);

test('a position of other tokens is refused', () => {
  const inputs = { position: tf.zeros([4, 8]), weight: tf.zeros([8, 8]), bias: tf.zeros([8]) };
  expect(() => positionedLinear({ x: tf.zeros([2, 3, 8]), ...inputs })).toThrow(
    'expected a position of [3, 8], got [4, 8]',
  );
});
