import * as tf from '@tensorflow/tfjs-core';

import { defineKernel } from './define-kernel.ts';
import { sumRows } from './sum-rows.ts';

export type GroupNormOptions = { groups: number; epsilon: number };

type Inputs = { x: tf.Tensor4D; gain: tf.Tensor; bias?: tf.Tensor };

/**
 * Normalizes groups of channels over the whole map, then scales and shifts each channel. Wu & He 2018, eq. 1–7.
 *
 * @param x [B, H, W, C]
 * @param gain [C]
 * @param bias [C]
 */
export function groupNorm(x: tf.Tensor4D, gain: tf.Tensor, bias: tf.Tensor, options: GroupNormOptions): tf.Tensor4D {
  return groupNormKernel({ x, gain, bias }, options) as tf.Tensor4D;
}

/** The meaning of {@link groupNorm} in plain ops. */
export function groupNormReference({ x, gain, bias }: Inputs, { groups, epsilon }: GroupNormOptions): tf.Tensor {
  return tf.add(tf.mul(standardized(x, groups, epsilon).normalized, gain), bias!);
}

const groupNormKernel = defineKernel<Inputs, GroupNormOptions>({
  name: 'SegGroupNorm',
  reference: groupNormReference,
  saves: ['x', 'gain'],
  gradient: (dy, { x, gain }, { groups, epsilon }) => ({
    // as in layer normalization, with means over a group's pixels and channels
    x: () => {
      const { normalized, inverse } = standardized(x, groups, epsilon);
      const g = tf.mul(dy, gain) as tf.Tensor4D;
      const alongNormal = tf.mul(normalized, groupMean(tf.mul(g, normalized), groups));
      return tf.mul(tf.sub(tf.sub(g, groupMean(g, groups)), alongNormal), inverse);
    },
    gain: () => sumRows(tf.mul(dy, standardized(x, groups, epsilon).normalized), gain.shape[0]),
    bias: () => sumRows(dy, gain.shape[0]),
  }),
});

function standardized(
  x: tf.Tensor4D,
  groups: number,
  epsilon: number,
): { normalized: tf.Tensor4D; inverse: tf.Tensor4D } {
  const centered = tf.sub<tf.Tensor4D>(x, groupMean(x, groups));
  const variance = groupMean(tf.square(centered), groups);
  const inverse = tf.rsqrt(tf.add<tf.Tensor4D>(variance, epsilon));
  return { normalized: tf.mul(centered, inverse), inverse };
}

/** [B, H, W, C] → [B, 1, 1, C]: the mean of each group, repeated for its channels. */
function groupMean(x: tf.Tensor4D, groups: number): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const pixels = height * width;
  const perChannel = tf.matMul(tf.fill([batch, 1, pixels], 1 / pixels), tf.reshape(x, [batch, pixels, channels]));
  const perGroup = tf.mean(tf.reshape(perChannel, [batch, groups, channels / groups]), -1, true);
  const repeated = tf.tile(perGroup, [1, 1, channels / groups]);
  return tf.reshape(repeated, [batch, 1, 1, channels]);
}
