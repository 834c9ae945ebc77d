import { expectClose, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { checkOps } from '../../../test/kernel-checks.ts';
import { gridSample, samplePoints } from './sample-points.ts';

checkOps([
  {
    title: 'samplePoints',
    shapes: [
      [2, 5, 3, 6],
      [2, 7, 2],
    ],
    points: 1,
    f: (x, p) => samplePoints(x as tf.Tensor4D, p as tf.Tensor3D),
  },
  {
    title: 'samplePoints of one channel',
    shapes: [
      [2, 5, 3, 1],
      [2, 7, 2],
    ],
    points: 1,
    f: (x, p) => samplePoints(x as tf.Tensor4D, p as tf.Tensor3D),
  },
  {
    title: 'gridSample',
    shapes: [
      [2, 5, 3, 4],
      [2, 2, 3, 2],
    ],
    points: 1,
    f: (x, grid) => gridSample(x as tf.Tensor4D, tf.sub(tf.mul(grid, 2), 1) as tf.Tensor4D),
  },
  {
    title: 'gridSample with aligned corners',
    shapes: [
      [1, 5, 3, 4],
      [1, 2, 3, 2],
    ],
    points: 1,
    f: (x, grid) => gridSample(x as tf.Tensor4D, tf.sub(tf.mul(grid, 2), 1) as tf.Tensor4D, { alignCorners: true }),
  },
]);

// expected values: torch.nn.functional in float64
onEveryBackend('samplePoints against PyTorch', () => {
  test('samples outside of a map count as zero', async () => {
    const x = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
    const points = tf.tensor3d([0.5, 0.5, 0.25, 0.25, 0, 0, 1, 1, -0.25, 0.5, 0.9999, 0.25], [1, 6, 2]);
    await expectClose(samplePoints(x, points), [2.5, 1, 0.25, 1, 0, 1.0004], { absolute: 2e-6 });
  });
});

onEveryBackend('nothing to do', () => {
  test('samplePoints of an empty batch is empty', () => {
    const map = tf.zeros([0, 4, 4, 3]) as tf.Tensor4D;
    const points = tf.zeros([0, 5, 2]) as tf.Tensor3D;
    expect(samplePoints(map, points).shape).toEqual([0, 5, 3]);
  });
});
