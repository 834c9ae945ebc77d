import * as tf from '@tensorflow/tfjs-core';

import { vjp } from '../../gradients/vjp.ts';
import { expectShapes } from '../../shape.ts';
import { defineKernel } from '../define-kernel.ts';
import { isOneKernel } from '../may-fuse.ts';
import type { Attrs, GradientInputs, Inputs } from './types.ts';

/** Rows that one workgroup goes through: 64 a lane. Pixels have more, and plain ops. */
const MOST_ROWS = 4096;

/**
 * Cross entropy over K classes and no-object as class K, which weighs less: Σ w·nll / Σ w. Carion et al. 2020,
 * section 3.1; the weighted mean is PyTorch's, but for rows that weigh nothing together, of which it is 0 and not NaN.
 *
 * @param logits [M, K + 1]
 * @param labels [M] int32 in 0..K
 * @param noObjectWeight Weight of class K; all others weigh 1
 */
export function classCrossEntropy(logits: tf.Tensor2D, labels: tf.Tensor1D, noObjectWeight: number): tf.Scalar {
  expectShapes('classCrossEntropy', { logits: [logits, ['M', 'K']], labels: [labels, ['M']] });
  const isBare = logits.shape[0] === 0 || noObjectWeight === 0; // weights may add up to 0, which no kernel divides by
  if (isBare || !isOneKernel() || logits.shape[0] > MOST_ROWS) {
    return tf.tidy(() => classCrossEntropyReference({ logits, labels }, { noObjectWeight }) as tf.Scalar);
  }
  return classCrossEntropyKernel({ logits, labels }, { noObjectWeight }) as tf.Scalar;
}

/** The meaning of {@link classCrossEntropy} in plain ops. */
export function classCrossEntropyReference({ logits, labels }: Inputs, { noObjectWeight }: Attrs): tf.Tensor {
  const numClasses = logits.shape[1]!;
  const oneHot = tf.cast(tf.oneHot(labels, numClasses), 'float32'); // [M, K + 1]
  const weights = tf.tensor1d(
    Array.from({ length: numClasses }, (_, k) => (k === numClasses - 1 ? noObjectWeight : 1)),
  );
  const weighted = tf.mul(oneHot, weights);
  const least = noObjectWeight > 0 ? Math.min(1, noObjectWeight) : 1; // of a sum that is not 0
  const total = tf.maximum(tf.sum(weighted), least);
  return tf.div(tf.neg(tf.sum(tf.mul(weighted, tf.logSoftmax(logits)))), total);
}

const classCrossEntropyGradientKernel = defineKernel<GradientInputs, Attrs>({
  name: 'SegClassCrossEntropyGradient',
  integers: ['labels'],
  reference: ({ dy, logits, labels }, attrs) =>
    vjp((x) => classCrossEntropyReference({ logits: x, labels }, attrs), [logits], dy)[0]!,
  gradient: 'none',
});

const classCrossEntropyKernel = defineKernel<Inputs, Attrs>({
  name: 'SegClassCrossEntropy',
  integers: ['labels'],
  reference: classCrossEntropyReference,
  saves: ['logits', 'labels'],
  gradient: (dy, { logits, labels }, attrs) => ({
    logits: () => classCrossEntropyGradientKernel({ dy, logits, labels }, attrs) as tf.Tensor,
  }),
});
