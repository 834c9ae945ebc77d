import { detach, type MaskPrediction, readTensors } from '@seg/core';
import { numberIn, type OptionCheck } from '@seg/core/expect-options';
import { linearAssignment, pqSimilarity } from '@seg/matching';
import * as tf from '@tensorflow/tfjs-core';
import { A_WEIGHT, expectConfig } from '../expect-config.ts';
import type { PanopticGrid } from '../panoptic-grid.ts';
import { instanceDiscrimination } from '../terms/instance-discrimination.ts';
import { maskIdCrossEntropy } from '../terms/mask-id-cross-entropy.ts';
import { PQ_LOSS, type PqLossOptions, pqClassLoss, pqMaskLoss, type SlotLogits } from '../terms/pq-loss.ts';
import { semanticCrossEntropy } from '../terms/semantic-cross-entropy.ts';
import type { SlotMatching } from '../terms/slot-competition.ts';

/** Weights and constants of the terms. Wang et al. 2021 (MaX-DeepLab), section 4.1. */
export type MaxDeepLabLossConfig = PqLossOptions & {
  /** Of both terms of the PQ-style loss. */
  pqWeight: number;
  maskIdWeight: number;
  instanceWeight: number;
  semanticWeight: number;
  /** τ of instance discrimination. */
  temperature: number;
};

/** Wang et al. 2021 (MaX-DeepLab), section 4.1, and deeplab2's configs. */
export const MAX_DEEPLAB_LOSS: MaxDeepLabLossConfig = {
  alpha: 0.75,
  unmatched: 'void-ratio',
  pqWeight: 3,
  maskIdWeight: 0.3,
  instanceWeight: 1,
  semanticWeight: 1,
  temperature: 0.3,
};

const CONFIG: Readonly<Record<keyof MaxDeepLabLossConfig, OptionCheck>> = {
  ...PQ_LOSS,
  pqWeight: A_WEIGHT,
  maskIdWeight: A_WEIGHT,
  instanceWeight: A_WEIGHT,
  semanticWeight: A_WEIGHT,
  temperature: numberIn({ least: 0, above: true }),
};

/** Prediction as the loss takes it. */
export type MaxDeepLabLossInputs = MaskPrediction & {
  /** [B, h, w, D] of length 1 */
  pixelFeatures: tf.Tensor4D;
  /** [B, h, w, K + 1] with void first */
  semanticLogits: tf.Tensor4D;
};

/** Unweighted terms, means over the batch. */
export type MaxDeepLabTerms = Record<'pqMask' | 'pqClass' | 'maskId' | 'instance' | 'semantic', tf.Scalar>;

/**
 * Gives every mask the slot that makes the sum of similarities largest. Wang et al. 2021 (MaX-DeepLab), eq. 10.
 *
 * @param grids Returns the ground truth of every image, at the prediction's pixels
 */
export async function matchMaxDeepLab(
  prediction: MaskPrediction,
  grids: () => PanopticGrid[],
): Promise<SlotMatching[]> {
  const [batch, numSlots] = prediction.classLogits.shape;
  const values = await readTensors(() =>
    grids().flatMap((grid, image) => {
      if (grid.classes.length === 0) return [tf.tensor1d([]), tf.tensor1d([])];
      return [tf.transpose(similarity(prediction, grid, image)), tf.sum(grid.masks, 0)];
    }),
  );
  return Array.from({ length: batch }, (_, image) => {
    const areas = values[2 * image + 1];
    const present = Array.from(areas.keys()).filter((row) => areas[row] > 0);
    const ofRow = (row: number) => [...values[2 * image].subarray(row * numSlots, (row + 1) * numSlots)];
    const matrix = Float64Array.from(present.flatMap(ofRow), (value) => -value);
    const { rows, columns } = linearAssignment(matrix, present.length, numSlots, { nonFinite: 'clamp' });
    const slots = new Int32Array(areas.length).fill(-1);
    rows.forEach((row, k) => {
      slots[present[row]] = columns[k];
    });
    return slots;
  });
}

/** @returns [N, R] */
function similarity(prediction: MaskPrediction, grid: PanopticGrid, image: number): tf.Tensor2D {
  const { masks, classes } = slotLogits(prediction, image);
  return pqSimilarity({
    maskProbabilities: tf.softmax(detach(masks)),
    classProbabilities: tf.softmax(detach(classes)),
    masks: grid.masks,
    classes: tf.tensor1d(grid.classes, 'int32'),
    known: grid.known,
  });
}

/** All terms of the loss. Wang et al. 2021 (MaX-DeepLab), sections 3.2 and 3.4. */
export function maxDeepLabTerms(
  prediction: MaxDeepLabLossInputs,
  grids: PanopticGrid[],
  matchings: SlotMatching[],
  config: MaxDeepLabLossConfig,
): MaxDeepLabTerms {
  expectConfig('maxDeepLabTerms', config, CONFIG, ['alpha', 'unmatched', 'temperature']);
  const { alpha, unmatched } = config;
  return tf.tidy(() => {
    const terms = grids.map((grid, image) => {
      const logits = slotLogits(prediction, image);
      const features = pixelRows(prediction.pixelFeatures, image);
      return {
        pqMask: pqMaskLoss(logits, grid, matchings[image], { alpha }),
        pqClass: pqClassLoss(logits, grid, matchings[image], { alpha, unmatched }),
        maskId: maskIdCrossEntropy(logits.masks, grid, matchings[image]),
        instance: instanceDiscrimination(features, grid, config.temperature),
        semantic: semanticCrossEntropy(pixelRows(prediction.semanticLogits, image), grid),
      };
    });
    const mean = (name: keyof MaxDeepLabTerms): tf.Scalar =>
      tf.div(tf.addN(terms.map((ofImage) => ofImage[name])), terms.length);
    return {
      pqMask: mean('pqMask'),
      pqClass: mean('pqClass'),
      maskId: mean('maskId'),
      instance: mean('instance'),
      semantic: mean('semantic'),
    };
  });
}

/** The weighted sum of the terms. */
export function maxDeepLabLoss(terms: MaxDeepLabTerms, config: MaxDeepLabLossConfig): tf.Scalar {
  expectConfig('maxDeepLabLoss', config, CONFIG, ['pqWeight', 'maskIdWeight', 'instanceWeight', 'semanticWeight']);
  return tf.tidy(() =>
    tf.addN([
      tf.mul(tf.add(terms.pqMask, terms.pqClass), config.pqWeight),
      tf.mul(terms.maskId, config.maskIdWeight),
      tf.mul(terms.instance, config.instanceWeight),
      tf.mul(terms.semantic, config.semanticWeight),
    ]),
  );
}

function slotLogits({ maskLogits, classLogits }: MaskPrediction, image: number): SlotLogits {
  const [, numSlots, numClasses] = classLogits.shape;
  const classes = tf.slice(classLogits, [image, 0, 0], [1, numSlots, numClasses]);
  return { masks: pixelRows(maskLogits, image), classes: tf.reshape(classes, [numSlots, numClasses]) };
}

/** Pixels of one image: [B, h, w, C] → [P, C] */
function pixelRows(maps: tf.Tensor4D, image: number): tf.Tensor2D {
  const [, height, width, channels] = maps.shape;
  const one = tf.slice(maps, [image, 0, 0, 0], [1, height, width, channels]);
  return tf.reshape(one, [height * width, channels]);
}
