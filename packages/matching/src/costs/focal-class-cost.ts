import { expectShapes } from '@seg/core';
import { expectTensors } from '@seg/core/expect-options';
import * as tf from '@tensorflow/tfjs-core';
import { expectClasses } from './expect-classes.ts';

/** Weight of positives (Lin et al. 2017). */
const ALPHA = 0.25;
/** Keeps the logarithm finite at probabilities of 0 and 1, as mmdetection's `FocalLossCost` does. */
const SMALLEST = 1e-12;

/**
 * Cost of giving a query a class where every class has a sigmoid of its own: the focal loss of being that class less
 * the one of not being it, α = ¼, γ = 2. Zhu et al. 2021 (Deformable DETR), section A.4.
 *
 * @param classLogits [N, K]
 * @param classes [T] in 0..K−1
 * @returns [N, T]
 */
export function focalClassCost(classLogits: tf.Tensor2D, classes: tf.Tensor1D): tf.Tensor2D {
  expectTensors('focalClassCost', { classLogits, classes });
  const { K } = expectShapes('focalClassCost', { classLogits: [classLogits, ['N', 'K']], classes: [classes, ['T']] });
  expectClasses('focalClassCost', classes, K);
  return tf.tidy(() => {
    const is = tf.sigmoid(classLogits);
    const isNot = tf.sub(1, is);
    const entropy = (p: tf.Tensor): tf.Tensor => tf.neg(tf.log(tf.add(p, SMALLEST)));
    const positive = tf.mul(tf.mul(tf.square(isNot), ALPHA), entropy(is));
    const negative = tf.mul(tf.mul(tf.square(is), 1 - ALPHA), entropy(isNot));
    return tf.gather(tf.sub(positive, negative), classes, 1) as tf.Tensor2D;
  });
}
