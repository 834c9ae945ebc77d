import * as tf from '@tensorflow/tfjs-core';

/** Stands for Infinity: what a loss multiplies or adds it by stays below the largest number, 2^128. */
const LARGE = 2 ** 110;
/** Two factors that undo each other exactly, of which the first takes means of {@link LARGE} to Infinity. */
const [UP, DOWN] = [2 ** 48, 2 ** -48];

/**
 * ±Infinity as a large number, with the gradient of the logit itself: a target of 0 times it is 0 then, and not NaN.
 * NaN stays.
 */
export function finiteLogits<T extends tf.Tensor>(logits: T): T {
  const clip = tf.customGrad((x) => ({
    value: tf.clipByValue(x as tf.Tensor, -LARGE, LARGE),
    gradFunc: (dy: tf.Tensor) => dy,
  }));
  return clip(logits) as T;
}

/** Losses of {@link finiteLogits}, Infinity where they are beyond 2^80 as only infinite logits make them. */
export function infiniteLosses<T extends tf.Tensor>(losses: T): T {
  return tf.mul<T>(tf.mul(losses, UP), DOWN);
}
