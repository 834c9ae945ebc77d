import { expectShapes, matMul } from '@seg/core';
import { expectTensors } from '@seg/core/expect-options';
import * as tf from '@tensorflow/tfjs-core';
import { expectClasses } from './costs/expect-classes.ts';

/** Predictions of the slots for one image, and its masks. */
export type PqSimilarityInputs = {
  /** [P, N] at P pixels, summing to 1 at each */
  maskProbabilities: tf.Tensor2D;
  /** [N, K], or more columns, which are not read */
  classProbabilities: tf.Tensor2D;
  /** [P, R] of zeros and ones */
  masks: tf.Tensor2D;
  /** [R] in 0..K−1 */
  classes: tf.Tensor1D;
  /** [P] 1 but at void pixels */
  known: tf.Tensor1D;
};

/**
 * Similarity of every slot to every mask: class probability times Dice, after RQ and SQ of panoptic quality. Wang et
 * al. 2021 (MaX-DeepLab), eq. 8 and 9.
 *
 * @returns [N, R] in 0..1
 */
export function pqSimilarity(inputs: PqSimilarityInputs): tf.Tensor2D {
  const { maskProbabilities, classProbabilities, masks, classes, known } = inputs ?? {};
  expectTensors('pqSimilarity', { maskProbabilities, classProbabilities, masks, classes, known });
  const { K } = expectShapes('pqSimilarity', {
    maskProbabilities: [maskProbabilities, ['P', 'N']],
    classProbabilities: [classProbabilities, ['N', 'K']],
    masks: [masks, ['P', 'R']],
    classes: [classes, ['R']],
  });
  expectClasses('pqSimilarity', classes, K);
  return tf.tidy(() => {
    const columns = tf.transpose(classProbabilities); // [K, N]
    return tf.mul(tf.transpose(tf.gather(columns, classes)), maskDice(inputs));
  });
}

/**
 * Dice of every slot's mask and every mask of the image, outside void.
 *
 * @returns [N, R]
 */
export function maskDice({
  maskProbabilities,
  masks,
  known,
}: Omit<PqSimilarityInputs, 'classProbabilities' | 'classes'>): tf.Tensor2D {
  expectTensors('maskDice', { maskProbabilities, masks, known });
  expectShapes('maskDice', {
    maskProbabilities: [maskProbabilities, ['P', 'N']],
    masks: [masks, ['P', 'R']],
    known: [known, ['P']],
  });
  return tf.tidy(() => {
    const predicted = tf.mul<tf.Tensor2D>(maskProbabilities, tf.expandDims(known, 1));
    const overlap = matMul<tf.Tensor2D>(predicted, masks, true); // [N, R]
    const total = tf.add(tf.expandDims(tf.sum(predicted, 0), 1), tf.sum(masks, 0)); // [N, R]
    return tf.div(overlap, tf.add(tf.div(total, 2), 1e-5));
  });
}
