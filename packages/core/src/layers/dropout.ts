import { expectValue, numberIn } from '@seg/checkpoint/expect-options';
import * as tf from '@tensorflow/tfjs-core';
import type { Scope } from '../params/param-store.ts';

let nextSeed = 1;

const A_RATE = numberIn({ least: 0, most: 1 });

/** Restarts the sequence of dropout masks, so that training resumes to the same result. */
export function seedDropout(seed: number): void {
  nextSeed = seed;
}

/** Place in the sequence of dropout masks. */
export function randomState(): number {
  return nextSeed;
}

/** Draws on from a place in the sequence. */
export function restoreRandomState(state: number): void {
  nextSeed = state;
}

/** Zeroes elements with the given probability while training and scales the rest up. Srivastava et al. 2014. */
export function dropout<T extends tf.Tensor>(scope: Scope, x: T, rate: number): T {
  expectValue('dropout', 'rate', rate, A_RATE);
  if (!scope.training || rate === 0) return x;
  return tf.mul(x, keepMask(x.shape, rate)) as T;
}

/** Dropout of a rate where a model trains, undefined elsewhere: what follows is then nothing. */
export function dropping<T extends tf.Tensor>(scope: Scope, rate: number): ((x: T) => T) | undefined {
  return scope.training && rate > 0 ? (x) => dropout(scope, x, rate) : undefined;
}

/** Stochastic depth: drops the whole branch of a sample with the given probability. Huang et al. 2016, eq. 2. */
export function dropPath<T extends tf.Tensor>(scope: Scope, branch: T, rate: number): T {
  expectValue('dropPath', 'rate', rate, A_RATE);
  if (!scope.training || rate === 0) return branch;
  const perSample = [branch.shape[0], ...branch.shape.slice(1).map(() => 1)];
  return tf.mul(branch, keepMask(perSample, rate)) as T;
}

/** Zeros with probability `rate`, 1 / (1 − rate) elsewhere. */
function keepMask(shape: number[], rate: number): tf.Tensor {
  const uniform = tf.randomUniform(shape, 0, 1, 'float32', nextSeed++);
  return tf.div(tf.cast(tf.greaterEqual(uniform, rate), 'float32'), 1 - rate);
}
