import * as tf from '@tensorflow/tfjs-core';

import { vjp } from '../../gradients/vjp.ts';
import { expectShapes } from '../../shape.ts';
import { defineKernel } from '../define-kernel.ts';
import { finiteLogits, infiniteLosses } from '../infinite-logits.ts';
import { isOneKernel } from '../may-fuse.ts';
import type { Attrs, GradientInputs, Inputs } from './types.ts';

/** Rows that one workgroup goes through: 64 a lane. Pixels have more, and plain ops. */
const MOST_ROWS = 4096;

/**
 * Cross entropy over K classes and no-object as class K, which weighs less: Σ w·nll / Σ w. Carion et al. 2020,
 * section 3.1; the weighted mean is PyTorch's, but for rows that weigh nothing together, of which it is 0 and not NaN.
 *
 * @param logits [M, K + 1]
 * @param labels [M] int32 in 0..K, or a list of them
 * @param noObjectWeight Weight of class K, 0 or more; all others weigh 1
 * @throws RangeError at a label that is none; on WebGPU the loss is NaN instead where labels are a tensor
 */
export function classCrossEntropy(
  logits: tf.Tensor2D,
  labels: tf.Tensor1D | ArrayLike<number>,
  noObjectWeight: number,
): tf.Scalar {
  if (!(noObjectWeight >= 0 && noObjectWeight < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`classCrossEntropy: expected a number of at least 0 as noObjectWeight, got ${noObjectWeight}`);
  }
  return tf.tidy(() => {
    const scores = logits.dtype === 'float32' ? logits : tf.cast(logits, 'float32');
    const ofRows = labels instanceof tf.Tensor ? labels : tf.tensor1d(labels as number[], 'int32');
    expectShapes('classCrossEntropy', { logits: [logits, ['M', 'K']], labels: [ofRows, ['M']] });
    const isSeen = !(labels instanceof tf.Tensor) || tf.getBackend() !== 'webgpu'; // where reading needs no await
    if (isSeen) expectLabels(labels instanceof tf.Tensor ? labels.dataSync() : labels, logits.shape[1]);
    const loss = ofLabels(scores, tf.cast(ofRows, 'int32'), noObjectWeight);
    return isSeen ? loss : orNaN(loss, ofRows, logits.shape[1]);
  });
}

function expectLabels(labels: ArrayLike<number>, numClasses: number): void {
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row]!;
    if (Number.isInteger(label) && label >= 0 && label < numClasses) continue;
    throw new RangeError(`classCrossEntropy: expected labels of 0 to ${numClasses - 1}, got ${label}`);
  }
}

/** A loss that nobody can take for one where a label is of no class. */
function orNaN(loss: tf.Scalar, labels: tf.Tensor1D, numClasses: number): tf.Scalar {
  if (labels.size === 0) return loss;
  const areClasses = tf.all(tf.logicalAnd(tf.greaterEqual(labels, 0), tf.less(labels, numClasses)));
  return tf.where(areClasses, loss, tf.scalar(Number.NaN)) as tf.Scalar;
}

function ofLabels(logits: tf.Tensor2D, labels: tf.Tensor1D, noObjectWeight: number): tf.Scalar {
  const isBare = logits.shape[0] === 0 || noObjectWeight === 0; // weights may add up to 0, which no kernel divides by
  if (isBare || !isOneKernel() || logits.shape[0] > MOST_ROWS) {
    return classCrossEntropyReference({ logits, labels }, { noObjectWeight }) as tf.Scalar;
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
  const logs = tf.logSoftmax(finiteLogits(logits));
  const counted = tf.where(tf.greater(weighted, 0), logs, tf.zerosLike(logs)); // 0 · −∞ is NaN
  return infiniteLosses(tf.div(tf.neg(tf.sum(tf.mul(weighted, counted))), total));
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
