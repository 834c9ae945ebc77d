import { expectOptions, expectValue } from '@seg/checkpoint/expect-options';
import * as tf from '@tensorflow/tfjs-core';

import { ShapeError } from '../../errors.ts';
import { expectTensors } from '../../expect-options.ts';
import type { Size } from '../../outputs.ts';
import type { Steps } from '../../steps.ts';
import { defineKernel } from '../define-kernel.ts';
import { A_DIM, AN_EPSILON } from '../layer-checks.ts';
import { mayFuse } from '../may-fuse.ts';
import { resizeBilinear, resizeNearest } from '../resize/resize.ts';
import { sumRows } from '../sum-rows/sum-rows.ts';
import type { Attrs, FusedAttrs, FusedInputs, GradientInputs, GroupNormOptions, Inputs } from './types.ts';
import { groupNormGradientWasm, groupNormWasm } from './wasm.ts';

const OPTIONS = { groups: A_DIM, epsilon: AN_EPSILON };

/**
 * Normalizes groups of channels over the whole map, then scales and shifts each channel. Wu & He 2018, eq. 1–7.
 *
 * @param x [B, H, W, C]
 * @param gain [C]
 * @param bias [C]
 */
export function groupNorm(x: tf.Tensor4D, gain: tf.Tensor, bias: tf.Tensor, options: GroupNormOptions): tf.Tensor4D {
  expectTensors('groupNorm', { x, gain, bias });
  expectOptions('groupNorm', options, OPTIONS);
  expectValue('groupNorm', 'groups', options.groups, A_DIM);
  expectValue('groupNorm', 'epsilon', options.epsilon, AN_EPSILON);
  expectGroups(x, options);
  return groupNormKernel({ x, gain, bias }, options) as tf.Tensor4D;
}

function expectGroups({ shape }: tf.Tensor, { groups }: { groups: number }): void {
  if (shape.at(-1)! % groups === 0) return;
  throw new ShapeError(`groupNorm: expected channels in ${groups} groups, got [${shape.join(', ')}]`);
}

/**
 * {@link groupNorm}, and what follows it: a sum with a coarser map that is brought to its size, an activation.
 *
 * @param coarser [B, h, w, C] and the way it is resized. Default: none
 * @returns [B, H, W, C]
 */
export function groupNormThen(
  { x, gain, bias, coarser }: FusedInputs & { bias: tf.Tensor },
  { groups, epsilon, activation, resize = 'bilinear' }: FusedAttrs,
): tf.Tensor4D {
  if (mayFuse()) {
    return fusedGroupNormKernel({ x, gain, bias, coarser }, { groups, epsilon, activation, resize }) as tf.Tensor4D;
  }
  return tf.tidy(() => behind(groupNorm(x, gain, bias, { groups, epsilon }), coarser, { activation, resize }));
}

/** {@link groupNormThen} in steps where it is several kernels. */
export function* groupNormThenSteps(inputs: FusedInputs & { bias: tf.Tensor }, attrs: FusedAttrs): Steps<tf.Tensor4D> {
  if (mayFuse()) return groupNormThen(inputs, attrs);
  const { groups, epsilon } = attrs;
  const normed = groupNorm(inputs.x, inputs.gain, inputs.bias, { groups, epsilon });
  yield;
  return tf.tidy(() => behind(normed, inputs.coarser, attrs));
}

/** The meaning of {@link groupNormThen} in plain ops. */
export function groupNormThenReference({ coarser, ...inputs }: FusedInputs, attrs: FusedAttrs): tf.Tensor {
  return behind(groupNormReference(inputs, attrs) as tf.Tensor4D, coarser, attrs);
}

function behind(
  normed: tf.Tensor4D,
  coarser: tf.Tensor4D | undefined,
  { activation, resize }: Pick<FusedAttrs, 'activation' | 'resize'>,
): tf.Tensor4D {
  const size: Size = [normed.shape[1], normed.shape[2]];
  const resized = coarser && (resize === 'nearest' ? resizeNearest(coarser, size) : resizeBilinear(coarser, size));
  const sum = resized === undefined ? normed : tf.add<tf.Tensor4D>(normed, resized);
  return activation === 'relu' ? tf.relu(sum) : sum;
}

/** The meaning of {@link groupNorm} in plain ops. */
export function groupNormReference({ x, gain, bias }: Inputs, { groups, epsilon }: Attrs): tf.Tensor {
  return tf.add(tf.mul(standardized(x, groups, epsilon).normalized, gain), bias!);
}

/** As in layer normalization, with means over a group's pixels and channels. */
export function groupNormGradientReference({ dy, x, gain }: GradientInputs, { groups, epsilon }: Attrs): tf.Tensor[] {
  const { normalized, inverse } = standardized(x, groups, epsilon);
  const g = tf.mul<tf.Tensor4D>(dy, gain);
  const alongNormal = tf.mul(normalized, groupMean(tf.mul(g, normalized), groups));
  const dx = tf.mul(tf.sub(tf.sub(g, groupMean(g, groups)), alongNormal), inverse);
  const channels = gain.shape[0]!;
  return [dx, sumRows(tf.mul(dy, normalized), channels), sumRows(dy, channels)];
}

const groupNormGradientKernel = defineKernel<GradientInputs, Attrs>({
  name: 'SegGroupNormGradient',
  reference: groupNormGradientReference,
  bodies: { wasm: groupNormGradientWasm },
  gradient: 'none',
});

const groupNormKernel = defineKernel<Inputs, Attrs>({
  name: 'SegGroupNorm',
  shapes: () => ({ x: ['B', 'H', 'W', 'C'], gain: ['C'], bias: ['C'] }),
  reference: groupNormReference,
  bodies: { wasm: groupNormWasm },
  saves: ['x', 'gain'],
  gradient: (dy, { x, gain }, attrs) => {
    const [dx, dGain, dBias] = groupNormGradientKernel({ dy, x, gain }, attrs) as tf.Tensor[];
    return { x: () => dx, gain: () => dGain, bias: () => dBias };
  },
});

const fusedGroupNormKernel = defineKernel<FusedInputs, FusedAttrs>({
  name: 'SegFusedGroupNorm',
  reference: groupNormThenReference,
  gradient: 'none',
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
