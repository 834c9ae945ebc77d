import { ShapeError } from '@seg/core/errors';
import { expectTensors } from '@seg/core/expect-options';
import * as tf from '@tensorflow/tfjs-core';
import { checkedPair, expectShape } from './checked-inputs.ts';
import { finiteLogits, infiniteLosses } from './infinite-logits.ts';

/**
 * Slopes of the Lovász extension of the Jaccard loss at some errors: how much the loss of a set grows with each, when the
 * largest come first. Berman et al. 2018 (Lovász-softmax), algorithm 1.
 *
 * @param errors [P], of any order; equal ones count in the order in which they stand
 * @param truth [P] of 0 and 1
 * @returns [P], in the order of the errors
 */
export function lovaszSlopes(errors: ArrayLike<number>, truth: ArrayLike<number>): Float32Array {
  expectLength('lovaszSlopes', 'truth', truth, errors.length);
  const order = Uint32Array.from(errors, (_, i) => i).sort((a, b) => errors[b] - errors[a] || a - b);
  const positives = order.reduce((sum, i) => sum + truth[i], 0);
  const slopes = new Float32Array(errors.length);
  let [intersection, union, before] = [positives, positives, 0];
  for (const i of order) {
    intersection -= truth[i];
    union += 1 - truth[i];
    const jaccard = 1 - intersection / union;
    slopes[i] = jaccard - before;
    before = jaccard;
  }
  return slopes;
}

/** @throws TypeError where values are no list of numbers, a tensor for example, ShapeError where they are fewer or more */
function expectLength(where: string, name: string, values: ArrayLike<number>, length: number): void {
  const isList = Array.isArray(values) || (ArrayBuffer.isView(values) && 'length' in values);
  if (!isList || typeof (values[0] ?? 0) !== 'number') {
    throw new TypeError(`${where}: expected a list of numbers as ${name}, got ${isList ? 'others' : typeof values}`);
  }
  if (values.length === length) return;
  throw new ShapeError(`${where}: expected ${length} numbers as ${name}, got ${values.length}`);
}

/**
 * Decides the slopes of {@link lovaszHinge} on the host; they carry no gradient.
 *
 * @param logits [M, P]
 * @param targets [M, P] of 0 and 1
 * @returns [M, P]; the caller disposes it
 */
export async function lovaszHingeSlopes(logits: tf.Tensor2D, targets: tf.Tensor2D): Promise<tf.Tensor2D> {
  const [masks, points] = logits.shape;
  const margins = tf.tidy(() => hingeErrors('lovaszHingeSlopes', logits, targets));
  const [errors, truth] = await Promise.all([margins.data(), targets.data()]);
  margins.dispose();
  const slopes = new Float32Array(masks * points);
  for (let at = 0; at < slopes.length; at += points) {
    slopes.set(lovaszSlopes(errors.subarray(at, at + points), truth.subarray(at, at + points)), at);
  }
  return tf.tensor2d(slopes, [masks, points]);
}

/**
 * Convex surrogate of the Jaccard loss of binary masks, mean over masks: Σ max(0, 1 − x·(2t − 1)) · slope. Berman et al.
 * 2018, section 2.
 *
 * @param logits [M, P]
 * @param targets [M, P] of 0 and 1
 * @param slopes Of {@link lovaszHingeSlopes}
 */
export function lovaszHinge(logits: tf.Tensor2D, targets: tf.Tensor2D, slopes: tf.Tensor2D): tf.Scalar {
  return tf.tidy(() => {
    expectTensors('lovaszHinge', { logits, slopes });
    expectShape('lovaszHinge', 'slopes', slopes, logits.shape);
    const total = tf.sum(tf.mul(tf.relu(hingeErrors('lovaszHinge', logits, targets)), slopes));
    return tf.div(infiniteLosses(total), Math.max(1, logits.shape[0]));
  });
}

function hingeErrors(where: string, logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Tensor2D {
  const [x, t] = checkedPair(where, logits, targets, ['M', 'P']);
  return tf.sub(1, tf.mul(finiteLogits(x), tf.sub(tf.mul(t, 2), 1)));
}

/**
 * Decides the slopes of {@link lovaszSoftmax} on the host; they carry no gradient. Classes without a pixel have none.
 *
 * @param logits [P, K]
 * @param labels [P] in 0..K−1; others are pixels that do not count
 * @returns [P, K], divided by the number of classes that are there; the caller disposes it
 */
export async function lovaszSoftmaxSlopes(logits: tf.Tensor2D, labels: ArrayLike<number>): Promise<tf.Tensor2D> {
  const [points, classes] = logits.shape;
  expectLength('lovaszSoftmaxSlopes', 'labels', labels, points);
  const probabilities = tf.tidy(() => classProbabilities(logits));
  const values = await probabilities.data();
  probabilities.dispose();
  const known = Array.from({ length: points }, (_, p) => p).filter((p) => labels[p] >= 0 && labels[p] < classes);
  const present = [...new Set(known.map((p) => labels[p]))];
  const slopes = new Float32Array(points * classes);
  for (const k of present) {
    const truth = known.map((p) => Number(labels[p] === k));
    const errors = known.map((p, i) => Math.abs(truth[i] - values[p * classes + k]));
    const found = lovaszSlopes(errors, truth);
    for (const [i, p] of known.entries()) slopes[p * classes + k] = found[i] / present.length;
  }
  return tf.tensor2d(slopes, [points, classes]);
}

/**
 * Convex surrogate of the mean Jaccard loss over classes: Σ |[label = k] − softmax(x)ₖ| · slope. Berman et al. 2018, eq.
 * 11.
 *
 * @param logits [P, K]
 * @param labels [P] int32; pixels beyond 0..K−1 do not count
 * @param slopes Of {@link lovaszSoftmaxSlopes}
 */
export function lovaszSoftmax(logits: tf.Tensor2D, labels: tf.Tensor1D, slopes: tf.Tensor2D): tf.Scalar {
  return tf.tidy(() => {
    expectTensors('lovaszSoftmax', { logits });
    expectShape('lovaszSoftmax', 'labels', labels, [logits.shape[0]]);
    expectShape('lovaszSoftmax', 'slopes', slopes, logits.shape);
    const truth = tf.cast(tf.oneHot(labels, logits.shape[1]), 'float32');
    return tf.sum(tf.mul(tf.abs(tf.sub(truth, classProbabilities(logits))), slopes)) as tf.Scalar;
  });
}

function classProbabilities(logits: tf.Tensor2D): tf.Tensor2D {
  return tf.softmax(finiteLogits(logits.dtype === 'float32' ? logits : tf.cast(logits, 'float32')));
}
