import { expectClose, expectTidy, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { test } from 'vitest';

import { pointsNms } from './points-nms.ts';

onEveryBackend('Points NMS', () => {
  // Run with points_nms of WXinlong/SOLO f4cd03b.
  test('a cell yields to those above, to the left and between, not to those below or to the right', async () => {
    const scores = tf.buffer([1, 4, 4, 1]);
    for (const [row, column, score] of [
      [1, 1, 0.5],
      [1, 2, 0.6],
      [2, 2, 0.4],
      [3, 3, 0.3],
    ]) {
      scores.set(score, 0, row, column, 0);
    }
    const left = new Float32Array(16);
    left[5] = 0.5;
    left[6] = 0.6;
    await expectClose(pointsNms(scores.toTensor() as tf.Tensor4D), left);
  });

  test('leaves nothing behind', () => {
    const scores = tf.zeros<tf.Rank.R4>([1, 3, 3, 2]);
    expectTidy(() => pointsNms(scores));
    scores.dispose();
  });
});
