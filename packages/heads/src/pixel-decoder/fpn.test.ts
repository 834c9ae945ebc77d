import { ParamStore } from '@seg/core';
import { expectClose, expectTidy, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { FeaturePyramid } from './fpn.ts';

/** One channel; laterals hand on their map, outputs do too. */
function plainPyramid(params: ParamStore, numLevels: number): FeaturePyramid {
  const pyramid = new FeaturePyramid(params.root.at('neck'), { inDims: [1, 1], dim: 1, numLevels });
  for (const { filter } of pyramid.laterals) filter.assign(tf.ones([1, 1, 1, 1]));
  const middle = tf.tensor4d([0, 0, 0, 0, 1, 0, 0, 0, 0], [3, 3, 1, 1]);
  for (const { filter } of pyramid.outputs) filter.assign(middle);
  return pyramid;
}

onEveryBackend('Feature pyramid', () => {
  test('lays the coarser map over the finer by nearest upsampling, and may be negative', async () => {
    const params = new ParamStore();
    const fine = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 4, 1]);
    const coarse = tf.tensor4d([-10, 10], [1, 1, 2, 1]);
    const [p0, p1] = plainPyramid(params, 2).forward([fine, coarse]);
    await expectClose(p0, [-9, -8, 13, 14, -5, -4, 17, 18]);
    await expectClose(p1, [-10, 10]);
    params.dispose();
  });

  test('further levels are every second pixel of the level before', async () => {
    const params = new ParamStore();
    const coarse = tf.tensor4d([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1]);
    const levels = plainPyramid(params, 4).forward([tf.zeros([1, 6, 6, 1]), coarse]);
    await expectClose(levels[2], [1, 3, 7, 9]);
    await expectClose(levels[3], [1]);
    params.dispose();
  });

  test("has mmdetection's keys and leaves nothing behind", () => {
    const params = new ParamStore();
    const pyramid = plainPyramid(params, 3);
    const names = ['lateral_convs.0', 'lateral_convs.1', 'fpn_convs.0', 'fpn_convs.1'];
    expect(params.keys()).toEqual(names.flatMap((name) => [`neck.${name}.conv.weight`, `neck.${name}.conv.bias`]));
    const maps = [tf.zeros<tf.Rank.R4>([1, 4, 4, 1]), tf.zeros<tf.Rank.R4>([1, 2, 2, 1])];
    expectTidy(() => pyramid.forward(maps));
    params.dispose();
  });
});
