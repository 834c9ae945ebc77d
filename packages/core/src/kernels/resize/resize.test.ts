import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { checkBodies, checkOps, pulled, random } from '../../../test/kernel-checks.ts';
import type { Size } from '../../outputs.ts';
import { resizeGradientReference } from './gradient.ts';
import { bilinearTable } from './interpolation.ts';
import { resizeBilinear, resizeNearest } from './resize.ts';

checkOps([
  ...(
    [
      [9, 8],
      [2, 3],
      [5, 4],
      [7, 1],
    ] as Size[]
  ).flatMap((size) => [
    {
      title: `resizeBilinear to ${size}`,
      shapes: [[2, 4, 5, 3]],
      f: (x: tf.Tensor) => resizeBilinear(x as tf.Tensor4D, size),
    },
    {
      title: `resizeBilinear with aligned corners to ${size}`,
      shapes: [[2, 4, 5, 3]],
      f: (x: tf.Tensor) => resizeBilinear(x as tf.Tensor4D, size, { alignCorners: true }),
    },
    {
      title: `resizeNearest to ${size}`,
      shapes: [[2, 4, 5, 3]],
      f: (x: tf.Tensor) => resizeNearest(x as tf.Tensor4D, size),
    },
  ]),
]);

checkBodies([
  {
    title: 'the gradient of resizeBilinear',
    run: () => {
      const x = random([2, 5, 4, 6], 1);
      const dy = random([2, 9, 3, 6], 2) as tf.Tensor4D;
      const rows = bilinearTable(5, 9, 'half-pixel');
      const columns = bilinearTable(4, 3, 'half-pixel');
      return {
        fast: pulled((y) => resizeBilinear(y as tf.Tensor4D, [9, 3]), [x], dy),
        plain: [resizeGradientReference({ dy }, { rows, columns })],
      };
    },
  },
]);

// expected values: torch.nn.functional in float64
onEveryBackend('resizeNearest against PyTorch', () => {
  test('a nearest resize takes the floor of the scaled index', async () => {
    const x = tf.tensor4d([0, 1, 2, 3, 4], [1, 1, 5, 1]);
    expect([...(await resizeNearest(x, [1, 7]).data())]).toEqual([0, 0, 1, 2, 2, 3, 4]);
    expect([...(await resizeNearest(x, [1, 3]).data())]).toEqual([0, 1, 3]);
  });
});
