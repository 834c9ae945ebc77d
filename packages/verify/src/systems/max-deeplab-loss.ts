import { formulaValues, readTensors, Tape } from '@seg/core';
import {
  MAX_DEEPLAB_LOSS,
  type MaxDeepLabLossConfig,
  type MaxDeepLabLossInputs,
  type MaxDeepLabTerms,
  matchMaxDeepLab,
  maxDeepLabLoss,
  maxDeepLabTerms,
  type PanopticGrid,
} from '@seg/losses';
import * as tf from '@tensorflow/tfjs-core';

import { compareGradient } from '../compare/compare-gradient.ts';
import { compareFaults, compareNumber, compareScalar, noiseOfSum } from '../compare/compare-values.ts';
import type { TapResult } from '../compare/tap-result.ts';
import { goldenKind } from '../golden/golden.ts';
import { goldenGrid } from './max-deeplab-grid.ts';
import { type MaxDeepLabLossCase, type MaxDeepLabLossGolden, maxDeepLabLossSchema } from './max-deeplab-loss-schema.ts';

/** Losses of MaX-DeepLab. */
export const MAX_DEEPLAB_LOSS_GOLDENS = [
  goldenKind('golden-loss-1', ['max_deeplab'], maxDeepLabLossSchema, verifyLoss),
];

/** Checks assignments, terms, the total and the gradients with respect to predictions, case by case. */
async function* verifyLoss(golden: MaxDeepLabLossGolden, where: string): AsyncGenerator<TapResult> {
  const grid = goldenGrid(where, golden);
  try {
    for (const lossCase of golden.cases) yield* checks(golden, lossCase, lossConfig(golden), grid);
  } finally {
    tf.dispose(grid as unknown as tf.TensorContainer);
  }
}

function lossConfig({ weights }: MaxDeepLabLossGolden): MaxDeepLabLossConfig {
  return {
    ...MAX_DEEPLAB_LOSS,
    alpha: weights.alpha,
    pqWeight: weights.pq_style,
    maskIdWeight: weights.mask_id_cross_entropy,
    instanceWeight: weights.instance_discrimination,
    semanticWeight: weights.semantic,
    temperature: weights.temperature,
  };
}

async function* checks(
  { salt }: MaxDeepLabLossGolden,
  lossCase: MaxDeepLabLossCase,
  config: MaxDeepLabLossConfig,
  grid: PanopticGrid,
): AsyncGenerator<TapResult> {
  const names = ['mask_logits', 'class_logits', 'feature', 'semantic_logits'] as const;
  const inputs = names.map((name) => {
    const { key, shape, center, scale } = lossCase.inputs[name];
    return tf.tensor(formulaValues(key, shape, center, scale, salt), shape);
  });
  const tape = new Tape();
  const prediction = tape.record(() => predictionOf(inputs));
  const [matching] = await matchMaxDeepLab(prediction, () => [grid]);
  yield matchingCheck(lossCase, matching);
  let terms: MaxDeepLabTerms | undefined;
  const { value, gradients } = tape.gradients(() => {
    terms = maxDeepLabTerms(prediction, [grid], [matching], config);
    for (const term of Object.values(terms)) tf.keep(term);
    return maxDeepLabLoss(terms, config);
  }, [...inputs, prediction.pixelFeatures]);
  try {
    yield* termChecks(lossCase, config, terms!, value);
    for (const [i, name] of [...names, 'normalized_feature' as const].entries()) {
      const gradient = gradients[i];
      const [values] = gradient ? await readTensors(() => [tf.clone(gradient)]) : [];
      yield compareGradient(`${lossCase.slots} slots: gradient ${name}`, lossCase.gradients_of_total[name], values);
    }
  } finally {
    tf.dispose([inputs, prediction, terms, value, gradients] as unknown as tf.TensorContainer);
  }
}

function predictionOf([maskLogits, classLogits, feature, semanticLogits]: tf.Tensor[]): MaxDeepLabLossInputs {
  const squares = tf.sum(tf.square(feature), -1, true);
  return {
    maskLogits: tf.clone(maskLogits) as tf.Tensor4D,
    classLogits: tf.clone(classLogits) as tf.Tensor3D,
    pixelFeatures: tf.mul(feature, tf.rsqrt(tf.maximum(squares, 1e-12))) as tf.Tensor4D,
    semanticLogits: tf.clone(semanticLogits) as tf.Tensor4D,
  };
}

function matchingCheck({ slots, valid_rows, matched_slot_per_row }: MaxDeepLabLossCase, ours: Int32Array): TapResult {
  const differing = valid_rows.filter((row) => ours[row] !== matched_slot_per_row[row]);
  return compareFaults(`${slots} slots: matching`, differing.length);
}

async function* termChecks(
  { slots, terms: expected, terms_noise: noises, total: expectedTotal }: MaxDeepLabLossCase,
  { pqWeight, maskIdWeight, instanceWeight, semanticWeight }: MaxDeepLabLossConfig,
  terms: MaxDeepLabTerms,
  total: tf.Scalar,
): AsyncGenerator<TapResult> {
  const weighted: [name: string, term: tf.Scalar, weight: number][] = [
    ['instance_discrimination_loss', terms.instance, instanceWeight],
    ['pq_style_loss_mask_dice_term', terms.pqMask, pqWeight],
    ['pq_style_loss_class_term', terms.pqClass, pqWeight],
    ['mask_id_cross_entropy_loss', terms.maskId, maskIdWeight],
    ['semantic_loss', terms.semantic, semanticWeight],
  ];
  for (const [name, term, weight] of weighted) {
    const [value] = await term.data();
    yield compareNumber(`${slots} slots: ${name}`, value * weight, expected[name], noises[name]);
  }
  yield await compareScalar(`${slots} slots: total`, total, expectedTotal, noiseOfSum(Object.values(noises)));
}
