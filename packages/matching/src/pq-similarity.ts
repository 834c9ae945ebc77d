import { expectShapes, matMul } from '@seg/core';
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
  const { K } = expectShapes('pqSimilarity', {
    maskProbabilities: [inputs.maskProbabilities, ['P', 'N']],
    classProbabilities: [inputs.classProbabilities, ['N', 'K']],
    masks: [inputs.masks, ['P', 'R']],
    classes: [inputs.classes, ['R']],
  });
  expectClasses('pqSimilarity', inputs.classes, K);
  return tf.tidy(() => {
    const columns = tf.transpose(inputs.classProbabilities); // [K, N]
    return tf.mul(tf.transpose(tf.gather(columns, inputs.classes)), maskDice(inputs));
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
