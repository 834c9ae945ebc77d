import * as tf from '@tensorflow/tfjs-core';
import { expectTensors } from '../../expect-options.ts';
import { vjp } from '../../gradients/vjp.ts';
import { expectShapes } from '../../shape.ts';
import { defineKernel, type GradientOf } from '../define-kernel.ts';
import { finiteLogits, infiniteLosses } from '../infinite-logits.ts';
import { isOneKernel } from '../may-fuse.ts';
import { sumOfPoints } from './sum-of-points.ts';
import type { Attrs, GradientInputs, Inputs } from './types.ts';

/**
 * Binary cross entropy with logits, averaged over the points of each mask: softplus(x) − x·t, which neither overflows
 * nor takes the logarithm of zero.
 *
 * @param logits [M, P]
 * @param targets [M, P] in [0, 1]
 * @returns [M]
 */
export function maskCrossEntropy(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Tensor1D {
  expectPoints('maskCrossEntropy', logits, targets);
  const compute = isOneKernel() ? crossEntropyKernel : maskCrossEntropyReference;
  return tf.tidy(() => compute({ logits: floats(logits), targets: floats(targets) }, {}) as tf.Tensor1D);
}

/**
 * Soft Dice distance of each predicted mask to its target:
 *
 *   1 − (2 Σ p·t + 1) / (Σ p + Σ t + 1),  p = sigmoid(logits)
 *
 * Milletari et al. 2016, with DETR's unsquared denominator and smoothing by one.
 *
 * @param logits [M, P] M matched masks, P sampled points or pixels
 * @param targets [M, P] in [0, 1]
 * @returns [M]
 */
export function diceDistance(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Tensor1D {
  expectPoints('diceDistance', logits, targets);
  const compute = isOneKernel() ? diceKernel : diceDistanceReference;
  return tf.tidy(() => compute({ logits: floats(logits), targets: floats(targets) }, {}) as tf.Tensor1D);
}

/** Integers would round what is made of them. */
function floats(x: tf.Tensor): tf.Tensor {
  return x.dtype === 'float32' ? x : tf.cast(x, 'float32');
}

function expectPoints(where: string, logits: tf.Tensor, targets: tf.Tensor): void {
  expectTensors(where, { logits, targets });
  expectShapes(where, { logits: [logits, ['M', 'P']], targets: [targets, ['M', 'P']] });
}

/** The meaning of {@link maskCrossEntropy} in plain ops. */
export function maskCrossEntropyReference({ logits, targets }: Inputs): tf.Tensor {
  const x = finiteLogits(logits);
  const sums = sumOfPoints(tf.sub<tf.Tensor2D>(tf.softplus(x), tf.mul(x, targets)));
  return infiniteLosses(tf.div(sums, Math.max(1, logits.shape[1]!)));
}

/** The meaning of {@link diceDistance} in plain ops. */
export function diceDistanceReference({ logits, targets }: Inputs): tf.Tensor {
  const probabilities = tf.sigmoid(logits); // [M, P]
  const overlap = sumOfPoints(tf.mul<tf.Tensor2D>(probabilities, targets)); // [M]
  const total = tf.add(sumOfPoints(probabilities as tf.Tensor2D), sumOfPoints(targets as tf.Tensor2D)); // [M]
  return tf.sub(1, tf.div(tf.add(tf.mul(overlap, 2), 1), tf.add(total, 1)));
}

const crossEntropyGradient = defineKernel<GradientInputs, Attrs>({
  name: 'SegMaskCrossEntropyGradient',
  reference: ({ dy, logits, targets }) =>
    vjp((x) => maskCrossEntropyReference({ logits: x, targets }), [logits], dy)[0]!,
  gradient: 'none',
});

const diceGradient = defineKernel<GradientInputs, Attrs>({
  name: 'SegDiceGradient',
  reference: ({ dy, logits, targets }) => vjp((x) => diceDistanceReference({ logits: x, targets }), [logits], dy)[0]!,
  gradient: 'none',
});

const crossEntropyKernel = defineKernel<Inputs, Attrs>({
  name: 'SegMaskCrossEntropy',
  reference: maskCrossEntropyReference,
  saves: ['logits', 'targets'],
  gradient: gradientBy(crossEntropyGradient, maskCrossEntropyReference),
});

const diceKernel = defineKernel<Inputs, Attrs>({
  name: 'SegDiceDistance',
  reference: diceDistanceReference,
  saves: ['logits', 'targets'],
  gradient: gradientBy(diceGradient, diceDistanceReference),
});

/** Of the logits by a kernel, of the targets, which seldom have one, by the reference. */
function gradientBy(
  ofLogits: (inputs: GradientInputs, attrs: Attrs) => tf.Tensor | tf.Tensor[],
  reference: (inputs: Inputs) => tf.Tensor,
): GradientOf<Inputs, Attrs> {
  return (dy, { logits, targets }) => ({
    logits: () => ofLogits({ dy, logits, targets }, {}) as tf.Tensor,
    targets: () => vjp((t) => reference({ logits, targets: t }), [targets], dy)[0]!,
  });
}
