import { expectClose, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { test } from 'vitest';

import { boxDistanceCost, boxOverlapCost, generalizedIou } from './box-costs.ts';

const UNIT = [0.5, 0.5, 1, 1];
const LEFT_HALF = [0.25, 0.5, 0.5, 1];
const RIGHT_QUARTER = [0.875, 0.5, 0.25, 1];

onEveryBackend('Boxes', () => {
  // Worked by hand: IoU − empty part of the hull.
  test('generalized IoU of the same box is 1, of a half ½, of separate boxes minus the gap', async () => {
    const first = tf.tensor2d([UNIT, UNIT, LEFT_HALF]);
    const second = tf.tensor2d([UNIT, LEFT_HALF, RIGHT_QUARTER]);
    await expectClose(generalizedIou(first, second), [1, 0.5, -0.25]);
  });

  test('a box without size is no division by zero', async () => {
    const point = tf.tensor2d([[0.5, 0.5, 0, 0]]);
    await expectClose(generalizedIou(point, point), [0]);
  });

  test('costs have a row for each query and a column for each target', async () => {
    const boxes = tf.tensor2d([UNIT, RIGHT_QUARTER]);
    const targets = tf.tensor2d([UNIT, LEFT_HALF, RIGHT_QUARTER]);
    await expectClose(boxOverlapCost(boxes, targets), [-1, -0.5, -0.25, -0.25, 0.25, -1]);
    await expectClose(boxDistanceCost(boxes, targets), [0, 0.75, 1.125, 1.125, 0.875, 0]);
  });
});
