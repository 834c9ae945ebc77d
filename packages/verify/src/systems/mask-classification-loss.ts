import { FormatError } from '@seg/checkpoint/safetensors';
import { type MaskPrediction, type MaskTargets, ParamStore, Tape } from '@seg/core';
import {
  type MaskFormerLossConfig,
  type MaskLossTerms,
  mask2FormerTerms,
  maskClassificationLoss,
  maskFormerTerms,
  matchMask2Former,
  matchMaskFormer,
} from '@seg/losses';
import { Mask2Former, MaskFormer } from '@seg/models';
import * as tf from '@tensorflow/tfjs-core';

import { compareGradient } from '../compare/compare-gradient.ts';
import { compareTap } from '../compare/compare-tap.ts';
import { compareFaults, compareScalar } from '../compare/compare-values.ts';
import { failed, type TapResult } from '../compare/tap-result.ts';
import { inGoldenLayout } from '../forward/record-taps.ts';
import { formulaParameters, goldenPixels, inputSize } from '../golden/formula-tensors.ts';
import { goldenKind } from '../golden/golden.ts';
import { type NamedGradients, readGradient } from '../golden/read-gradients.ts';
import { drawTargets, parseTargets } from '../golden/target-formulas.ts';
import { listedPoints } from './listed-points.ts';
import {
  type Mask2FormerLossGolden,
  type MaskFormerLossGolden,
  mask2FormerLossSchema,
  maskFormerLossSchema,
} from './mask-classification-loss-schema.ts';
import { mask2FormerConfig } from './mask2former.ts';
import { maskFormerConfig } from './maskformer.ts';

/** Training steps of Mask2Former and MaskFormer. */
export const MASK_CLASSIFICATION_LOSS_GOLDENS = [
  goldenKind('golden-loss-1', ['mask2former'], mask2FormerLossSchema, (golden, where) =>
    verifyLoss(where, golden, (params) => mask2FormerCase(where, golden, params)),
  ),
  goldenKind('golden-loss-1', ['maskformer'], maskFormerLossSchema, (golden, where) =>
    verifyLoss(where, golden, (params) => maskFormerCase(where, golden, params)),
  ),
];

type LossGolden = MaskFormerLossGolden | Mask2FormerLossGolden;

/** A model and its criterion, as the file configures them. */
type TrainingCase = {
  model: { config: { numClasses: number }; forwardAll(pixels: tf.Tensor4D): MaskPrediction[] };
  weights: MaskFormerLossConfig;
  match(predictions: MaskPrediction[], targets: MaskTargets[]): Promise<MatchedCase>;
};

type Assignments = { rows: Int32Array; columns: Int32Array }[][];
type MatchedCase = { assignments: Assignments; terms(): MaskLossTerms[] };

function mask2FormerCase(where: string, golden: Mask2FormerLossGolden, params: ParamStore): TrainingCase {
  const { config } = golden;
  const weights = {
    ...termWeights(golden),
    numPoints: config.train_num_points,
    oversampleRatio: config.oversample_ratio,
    importanceRatio: config.importance_sample_ratio,
  };
  const model = mask2FormerConfig(where, golden);
  const points = listedPoints(where, golden, model.numDecoderLayers);
  return {
    model: new Mask2Former(params, model),
    weights,
    match: async (predictions, targets) => {
      const matching = await matchMask2Former(predictions, targets, weights, points);
      return {
        assignments: matching.assignments,
        terms: () => mask2FormerTerms(predictions, targets, matching, weights),
      };
    },
  };
}

function maskFormerCase(where: string, golden: MaskFormerLossGolden, params: ParamStore): TrainingCase {
  const weights = termWeights(golden);
  return {
    model: new MaskFormer(params, { ...maskFormerConfig(where, golden.config), dropout: 0 }),
    weights,
    match: async (predictions, targets) => {
      const assignments = await matchMaskFormer(predictions, targets, weights);
      return { assignments, terms: () => maskFormerTerms(predictions, targets, assignments, weights) };
    },
  };
}

/** The matcher's costs have the weights of the terms, in all of the authors' configs. */
function termWeights({ weights, config }: LossGolden): MaskFormerLossConfig {
  return {
    classWeight: weights.loss_ce,
    maskWeight: weights.loss_mask,
    diceWeight: weights.loss_dice,
    noObjectWeight: config.no_object_weight,
  };
}

/** Checks predictions, assignments, every loss term, the total and the gradients of a training case. */
async function* verifyLoss(
  where: string,
  golden: LossGolden,
  create: (params: ParamStore) => TrainingCase,
): AsyncGenerator<TapResult> {
  const images = parseTargets(where, golden.targets);
  if (images.length !== golden.input.shape[0]) {
    throw new FormatError(`${where}: expected targets of ${golden.input.shape[0]} images, got ${images.length}`);
  }
  const params = new ParamStore(formulaParameters(golden));
  const { model, weights, match } = create(params);
  params.verify();
  const { numClasses } = model.config;
  const targets = drawTargets(where, images, inputSize(golden.input), { firstLabel: 0, numClasses });
  const pixels = goldenPixels(golden);
  const tape = new Tape();
  const predictions = params.train(() => tape.record(() => model.forwardAll(pixels)));
  const { assignments, terms: computeTerms } = await match(predictions, targets);
  const variables = params.trainable();
  let terms: tf.Scalar[] = [];
  const { value, gradients } = tape.gradients(() => {
    const perOutput = computeTerms();
    terms = perOutput.flatMap(({ classification, mask, dice }) =>
      [classification, mask, dice].map((term) => tf.keep(tf.clone(term))),
    );
    return maskClassificationLoss(perOutput, weights);
  }, [...variables.values()]);
  const byName = new Map([...variables.keys()].map((key, i) => [key, gradients[i]]));
  try {
    yield* checks(golden, { predictions, terms, total: value, gradients: byName, assignments, params });
  } finally {
    const masks = targets.map((target) => target.masks);
    const left = [pixels, predictions, terms, value, gradients.filter((g) => g !== null), masks];
    tf.dispose(left as tf.TensorContainer);
    params.dispose();
  }
}

type ComputedStep = {
  predictions: MaskPrediction[];
  terms: tf.Scalar[];
  total: tf.Scalar;
  gradients: NamedGradients;
  assignments: Assignments;
  params: ParamStore;
};

async function* checks(golden: LossGolden, computed: ComputedStep): AsyncGenerator<TapResult> {
  for (const tap of golden.predictions) {
    const [, index, name] = tap.name.split('.');
    const prediction = computed.predictions.at(Number(index));
    if (prediction === undefined) {
      yield failed(tap.name, 0, `no such output among ${computed.predictions.length}`);
      continue;
    }
    const { classLogits, maskLogits } = prediction;
    const { values, shape } = await inGoldenLayout(name === 'class_logits' ? classLogits : maskLogits, tap.shape);
    yield compareTap(tap, values, shape);
  }
  yield* matchingChecks(golden, computed);
  yield* lossChecks(golden, computed);
  for (const gradient of golden.gradients) {
    const values = await readGradient(computed.gradients, computed.params, gradient.name);
    yield compareGradient(`gradient ${gradient.name}`, gradient, values, true);
  }
}

function* matchingChecks({ matching }: LossGolden, { assignments }: ComputedStep): Generator<TapResult> {
  for (const { output, images } of matching) {
    const ours = assignments.at(output === 'final' ? -1 : Number(output)) ?? [];
    const differing = images.filter(
      ({ queries, targets }, i) => `${queries}|${targets}` !== `${ours[i]?.rows}|${ours[i]?.columns}`,
    );
    yield compareFaults(`matching.${output}`, differing.length + Math.abs(images.length - ours.length));
  }
}

async function* lossChecks({ losses, noise, total }: LossGolden, computed: ComputedStep): AsyncGenerator<TapResult> {
  const names = ['loss_ce', 'loss_mask', 'loss_dice'];
  for (const [i, term] of computed.terms.entries()) {
    const output = Math.floor(i / 3);
    const name = names[i % 3] + (output === computed.predictions.length - 1 ? '' : `_${output}`);
    yield await compareScalar(name, term, losses[name], noise.losses);
  }
  yield await compareScalar('total', computed.total, total, noise.total);
}
