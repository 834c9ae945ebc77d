import * as tf from '@tensorflow/tfjs-core';

import { defineKernel } from '../define-kernel.ts';
import { sumRows } from '../sum-rows/sum-rows.ts';
import type { Attrs, GradientInputs, Inputs, MomentsAttrs, MomentsInputs, SumsInputs } from './types.ts';

/** Statistics of all processes from those of one; the identity where there is one process. */
type OverRanks = (statistic: tf.Tensor1D) => tf.Tensor1D;

/**
 * Mean and biased variance of every column. Has no gradient.
 *
 * @param x [M, C]
 * @returns [C] each
 */
export function columnMoments(x: tf.Tensor2D): [mean: tf.Tensor1D, variance: tf.Tensor1D] {
  return columnMomentsKernel({ x }, {}) as [tf.Tensor1D, tf.Tensor1D];
}

/** The meaning of {@link columnMoments} in plain ops. */
export function columnMomentsReference({ x }: MomentsInputs): tf.Tensor[] {
  const [rows, channels] = x.shape as [number, number];
  const mean = tf.div(sumRows(x, channels), rows);
  return [mean, tf.div(sumRows(tf.square(tf.sub(x, mean)), channels), rows)];
}

/**
 * Normalizes every column by the moments of its batch, which the gradient knows to depend on it: gain · (x − mean) /
 * √(variance + ε) + bias. Ioffe & Szegedy 2015, algorithm 1 and section 3.
 *
 * @param x [M, C]
 * @param moments Mean and variance over the rows of all processes, [C] each
 * @param overRanks Mean over the processes
 */
export function normalizeColumns(
  x: tf.Tensor2D,
  moments: readonly [tf.Tensor1D, tf.Tensor1D],
  { gain, bias, epsilon, overRanks }: { gain: tf.Tensor; bias: tf.Tensor; epsilon: number; overRanks: OverRanks },
): tf.Tensor2D {
  const [mean, variance] = moments;
  const normalize = tf.customGrad((...given) => {
    const [rows, gamma, beta] = given as unknown as tf.Tensor[];
    const save = given.at(-1) as unknown as (tensors: tf.Tensor[]) => void;
    const inputs = { x: rows!, mean, variance, gain: gamma!, bias: beta! };
    const value = normalizeKernel(inputs, { epsilon }) as tf.Tensor;
    save([rows, gamma, mean, variance] as tf.Tensor[]); // behind the kernel: one that fails has saved nothing
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => gradientOf(dy, saved, epsilon, overRanks),
    };
  });
  return normalize(x, gain, bias) as tf.Tensor2D;
}

function gradientOf(dy: tf.Tensor, saved: tf.Tensor[], epsilon: number, overRanks: OverRanks): tf.Tensor[] {
  const [x, gain, mean, variance] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  const own = { dy, x, mean, variance };
  const [dGain, dBias] = normalizeSumsKernel(own, { epsilon }) as [tf.Tensor1D, tf.Tensor1D];
  const [alongSum, dySum] = [overRanks(dGain), overRanks(dBias)];
  return [normalizeGradientKernel({ ...own, gain, alongSum, dySum }, { epsilon }) as tf.Tensor, dGain, dBias];
}

/** The meaning of {@link normalizeColumns} in plain ops. */
export function normalizeReference({ x, mean, variance, gain, bias }: Inputs, { epsilon }: Attrs): tf.Tensor {
  return tf.add(tf.mul(standardized({ x, mean, variance }, epsilon), gain), bias);
}

/** Sums over the rows of dy · n and of dy, n the normalized input: the gradients of gain and bias. */
export function normalizeSumsReference({ dy, ...inputs }: SumsInputs, { epsilon }: Attrs): tf.Tensor[] {
  const channels = inputs.mean.size;
  return [sumRows(tf.mul(dy, standardized(inputs, epsilon)), channels), sumRows(dy, channels)];
}

/** (dy − mean(dy) − n · mean(dy · n)) · gain / σ */
export function normalizeGradientReference(inputs: GradientInputs, { epsilon }: Attrs): tf.Tensor {
  const { dy, x, variance, gain, alongSum, dySum } = inputs;
  const rows = x.shape[0]!;
  const along = tf.mul(standardized(inputs, epsilon), tf.div(alongSum, rows));
  const centered = tf.sub(tf.sub(dy, tf.div(dySum, rows)), along);
  return tf.mul(centered, tf.mul(tf.rsqrt(tf.add(variance, epsilon)), gain));
}

function standardized({ x, mean, variance }: Omit<SumsInputs, 'dy'>, epsilon: number): tf.Tensor {
  return tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon)));
}

const columnMomentsKernel = defineKernel<MomentsInputs, MomentsAttrs>({
  name: 'SegColumnMoments',
  reference: columnMomentsReference,
  gradient: 'none',
});

const normalizeKernel = defineKernel<Inputs, Attrs>({
  name: 'SegNormalize',
  reference: normalizeReference,
  gradient: 'none',
});

const normalizeSumsKernel = defineKernel<SumsInputs, Attrs>({
  name: 'SegNormalizeSums',
  reference: normalizeSumsReference,
  gradient: 'none',
});

const normalizeGradientKernel = defineKernel<GradientInputs, Attrs>({
  name: 'SegNormalizeGradient',
  reference: normalizeGradientReference,
  gradient: 'none',
});
