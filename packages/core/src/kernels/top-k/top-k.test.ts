import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { random } from '../../../test/kernel-checks.ts';
import { topK, topKReference } from './top-k.ts';

// tens, so that many are equal; the last has three blocks on WebGPU, of which one has fewer values than are asked for
const CASES: [shape: [number, number], k: number][] = [
  [[2, 7], 7],
  [[3, 300], 20],
  [[1, 2048], 1],
  [[2, 4100], 100],
];

onEveryBackend('the highest of each row', () => {
  test.each(CASES)('of [%s]: %s values, as tfjs sorts them', async (shape, k) => {
    const x = tf.round(tf.mul(random(shape, 1), 10)) as tf.Tensor2D;
    const { values, indices } = topK(x, k);
    const [sorted, places] = topKReference({ x }, { k });
    expect([values.shape, indices.shape, indices.dtype]).toEqual([[shape[0], k], [shape[0], k], 'int32']);
    expect([...(await values.data())]).toEqual([...(await sorted!.data())]);
    expect([...(await indices.data())]).toEqual([...(await places!.data())]);
  });

  test('infinities are values like others', async () => {
    const x = tf.tensor2d([[1, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 3]]);
    const { indices } = topK(x, 4);
    expect([...(await indices.data())]).toEqual([2, 3, 0, 1]);
  });
});
