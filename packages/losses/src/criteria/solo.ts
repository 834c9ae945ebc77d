import { type MaskTargets, resizeBilinear, type Size } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { expectClasses } from '../expect-classes.ts';
import { expectConfig } from '../expect-config.ts';
import { balancedCrossEntropy } from '../terms/balanced-cross-entropy.ts';
import { sigmoidFocal } from '../terms/sigmoid-focal-loss.ts';
import { squaredDiceDistance } from '../terms/squared-dice-distance.ts';
import { sumOfPixels } from '../terms/sum-of-pixels.ts';
import type { LevelAssignment, SoloAssignment, SoloAssignmentConfig } from './solo-assignment.ts';
import { SOLO_CONFIG } from './solo-assignment.ts';

/** Mask term and its weight. */
export type SoloMaskTerm =
  | { kind: 'dice'; weight: number }
  /** `positiveWeight` is that of pixels inside the mask. */
  | { kind: 'cross-entropy'; weight: number; positiveWeight: number }
  | { kind: 'focal'; weight: number };

/** Assignment, mask term and weights of a SOLO's loss. */
export type SoloLossConfig = SoloAssignmentConfig & { mask: SoloMaskTerm; categoryWeight: number };

/** The three that Wang et al. 2020 (SOLO) compare, "Loss Function" and the ablation of it. All releases have Dice. */
export const SOLO_MASK_TERMS = {
  dice: { kind: 'dice', weight: 3 },
  crossEntropy: { kind: 'cross-entropy', weight: 10, positiveWeight: 2 },
  focal: { kind: 'focal', weight: 20 },
} as const satisfies Record<string, SoloMaskTerm>;

/** SOLO and Decoupled SOLO: the authors' configs. Light models have other scale ranges. */
export const SOLO_LOSS: SoloLossConfig = {
  grids: [40, 36, 24, 16, 12],
  scaleRanges: [
    [1, 96],
    [48, 192],
    [96, 384],
    [192, 768],
    [384, 2048],
  ],
  centerRatio: 0.2,
  sharedCells: 'last',
  mask: SOLO_MASK_TERMS.dice,
  categoryWeight: 1,
};

/** SOLOv2: a kernel may learn the masks of several objects that share its cell. */
export const SOLOV2_LOSS: SoloLossConfig = { ...SOLO_LOSS, sharedCells: 'all' };

/** Prediction as the loss takes it. */
export type SoloLossInputs = {
  /** Of each level: [B, S, S, K] */
  categoryLogits: tf.Tensor4D[];
  /** Of M cells, row · S + column: [1, h, w, M] */
  cellMaskLogits(at: { image: number; level: number }, cells: Int32Array): tf.Tensor4D;
};

/** Unweighted terms. */
export type SoloTerms = { category: tf.Scalar; mask: tf.Scalar };

/** Both terms of the loss. Wang et al. 2020 (SOLO), "Loss Function". */
export function soloTerms(
  prediction: SoloLossInputs,
  targets: MaskTargets[],
  assignments: SoloAssignment,
  config: SoloLossConfig,
): SoloTerms {
  expectConfig('soloTerms', config, SOLO_CONFIG, ['mask']);
  const { mask } = config;
  return tf.tidy(() => ({
    category: categoryLoss(prediction.categoryLogits, targets, assignments),
    mask: maskLoss(prediction, targets, assignments, mask),
  }));
}

/** L = λ_category · L_category + λ_mask · L_mask. */
export function soloLoss({ category, mask }: SoloTerms, config: SoloLossConfig): tf.Scalar {
  expectConfig('soloLoss', config, SOLO_CONFIG, ['mask', 'categoryWeight']);
  return tf.tidy(() => tf.add(tf.mul(category, config.categoryWeight), tf.mul(mask, config.mask.weight)));
}

/** Focal loss summed over all cells and classes, divided by the number of cells with an object and one more. */
function categoryLoss(logits: tf.Tensor4D[], targets: MaskTargets[], assignments: SoloAssignment): tf.Scalar {
  const sums = logits.map((ofLevel, level) =>
    tf.sum(sigmoidFocal(ofLevel, categoryTargets(ofLevel.shape, level, targets, assignments))),
  );
  const cells = assignments.flat().reduce((sum, level) => sum + new Set(level.cells).size, 0);
  return tf.div(tf.addN(sums), cells + 1);
}

/** Ones at the class of each cell's object, the last where there are several. @returns [B, S, S, K] */
function categoryTargets(
  shape: [number, number, number, number],
  level: number,
  targets: MaskTargets[],
  assignments: SoloAssignment,
): tf.Tensor4D {
  const [, grid, , numClasses] = shape;
  const values = new Float32Array(shape[0] * grid * grid * numClasses);
  for (const [image, { classes }] of targets.entries()) {
    expectClasses('soloTerms', classes, numClasses);
    const { cells, objects } = assignments[image][level];
    for (const [cell, object] of new Map(Array.from(cells, (cell, k) => [cell, objects[k]]))) {
      values[(image * grid * grid + cell) * numClasses + classes[object]] = 1;
    }
  }
  return tf.tensor4d(values, shape);
}

/** Mean over all pairs of cell and object; 0 where there are none. */
function maskLoss(
  { cellMaskLogits }: SoloLossInputs,
  targets: MaskTargets[],
  assignments: SoloAssignment,
  term: SoloMaskTerm,
): tf.Scalar {
  const distances = assignments.flatMap((levels, image) =>
    levels.flatMap((assigned, level) => {
      if (assigned.cells.length === 0) return [];
      const logits = cellMaskLogits({ image, level }, assigned.cells); // [1, h, w, M]
      const [, height, width] = logits.shape;
      const truth = assignedMasks(targets[image].masks, assigned, [height, width]); // [M, h, w]
      return [maskDistance(tf.transpose(tf.squeeze<tf.Tensor3D>(logits, [0]), [2, 0, 1]), truth, term)];
    }),
  );
  return distances.length === 0 ? tf.scalar(0) : tf.mean(tf.concat(distances));
}

/** [M, h, w], [M, h, w] → [M] */
function maskDistance(logits: tf.Tensor3D, truth: tf.Tensor3D, term: SoloMaskTerm): tf.Tensor1D {
  switch (term.kind) {
    case 'dice':
      return squaredDiceDistance(logits, truth);
    case 'cross-entropy':
      return meanOfPixels(balancedCrossEntropy(logits, truth, term.positiveWeight));
    case 'focal':
      return meanOfPixels(sigmoidFocal(logits, truth));
    default:
      throw new RangeError(`soloTerms: expected dice, cross-entropy, focal as mask.kind, got ${term satisfies never}`);
  }
}

function meanOfPixels(maps: tf.Tensor3D): tf.Tensor1D {
  return tf.div(sumOfPixels(maps), maps.shape[1] * maps.shape[2]);
}

/**
 * The masks that cells of a level are to predict, at the size of its predictions: bilinear, and inside from one half
 * on, as OpenCV rounds when it resizes 8-bit masks.
 *
 * @param masks [T, H, W] of zeros and ones; H and W multiples of 32
 * @returns [M, h, w]
 */
export function assignedMasks(masks: tf.Tensor3D, { objects }: LevelAssignment, size: Size): tf.Tensor3D {
  return tf.tidy(() => {
    const chosen = tf.cast(tf.gather(masks, tf.tensor1d(objects, 'int32')), 'float32');
    const resized = tf.squeeze<tf.Tensor3D>(resizeBilinear(tf.expandDims(chosen, 3) as tf.Tensor4D, size), [3]);
    return tf.cast(tf.greaterEqual(resized, 0.5), 'float32');
  });
}
