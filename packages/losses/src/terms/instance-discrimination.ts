import { matMul } from '@seg/core';
import { expectTensors } from '@seg/core/expect-options';
import * as tf from '@tensorflow/tfjs-core';
import type { PanopticGrid } from '../panoptic-grid.ts';
import { expectDivisor, expectShape } from './checked-inputs.ts';
import { meanOfNonzero } from './mean-of-nonzero.ts';

/** Added to the logits of masks without a pixel. */
const ABSENT = -99999;

/**
 * Tells apart the pixels of different masks: the features of every thing pixel are to be nearest to the mean of its own
 * mask. Wang et al. 2021 (MaX-DeepLab), section 3.4, "Instance discrimination".
 *
 * @param features [P, D] of length 1
 * @param temperature Published: 0.3
 */
export function instanceDiscrimination(features: tf.Tensor2D, grid: PanopticGrid, temperature: number): tf.Scalar {
  expectDivisor('instanceDiscrimination', 'temperature', temperature);
  return tf.tidy(() => {
    const { masks, isThing } = grid;
    expectTensors('instanceDiscrimination', { features, masks, isThing });
    expectShape('instanceDiscrimination', 'features', features, [masks.shape[0], features.shape[1] ?? 0]);
    const areas = tf.sum(masks, 0); // [R]
    const sums = matMul<tf.Tensor2D>(masks, features, true); // [R, D]
    const means = unitRows(tf.div(sums, tf.expandDims(tf.maximum(areas, 1), 1)));
    const absent = tf.mul(tf.cast(tf.equal(areas, 0), 'float32'), ABSENT);
    const logits = tf.add(tf.div(matMul<tf.Tensor2D>(features, means, false, true), temperature), absent); // [P, R]
    const own = tf.sum(tf.mul(masks, tf.logSoftmax(logits)), 1);
    return meanOfNonzero(tf.neg(tf.mul(own, isThing)));
  });
}

function unitRows(x: tf.Tensor2D): tf.Tensor2D {
  const squares = tf.sum(tf.square(x), 1, true);
  return tf.mul(x, tf.rsqrt(tf.maximum(squares, 1e-12)));
}
