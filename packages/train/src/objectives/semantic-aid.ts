import { classCrossEntropy, Linear, type MaskPrediction, type MaskTargets, type Scope, type Size } from '@seg/core';
import { resizeLabels } from '@seg/image';
import type { Mask2FormerLossConfig, MaskFormerLossConfig, SoloLossConfig } from '@seg/losses';
import type { Mask2Former, MaskFormer, Solo } from '@seg/models';
import * as tf from '@tensorflow/tfjs-core';

import { denominatorShares, timesShare } from '../collective/denominator-shares.ts';
import { expectNames } from '../expect-names.ts';
import type { Objective } from '../train-step.ts';
import { mask2FormerObjective, maskFormerObjective, soloObjective } from './objectives.ts';

/** Options of an auxiliary semantic loss. */
export type SemanticAidOptions = {
  /** Weight of the auxiliary loss. */
  semanticWeight: number;
  /** Place of the auxiliary head's parameters, which belong to the training and not to the model. */
  scope: Scope;
  /**
   * Weight of pixels that no target covers, beside 1 of all others; they are a class of their own. Default: 0, for panoptic
   * targets, where nothing is known of them.
   */
  emptyWeight?: number;
};

const AID = ['semanticWeight', 'scope', 'emptyWeight'] as const;

/** Prediction of an aided objective. */
export type AidedPrediction<Prediction> = {
  predictions: Prediction;
  /** [B, h, w, K + 1] */
  semantic: tf.Tensor4D;
};

/** Decisions of an aided objective. */
export type AidedDecisions<Decisions> = {
  base: Decisions;
  labels: number[];
  /** Share of this process in the weight of all pixels; null where its own weigh nothing. */
  share: number | null;
};

/** Network with the map that the auxiliary loss looks at. */
type Aided<Prediction extends tf.TensorContainer, Decisions> = {
  numClasses: number;
  /** Channels of the map. */
  dim: number;
  /** Objective of a network whose forward pass hands the map to `see`. */
  objective(see: (finest: tf.Tensor4D) => void): Objective<Prediction, Decisions>;
};

type DecisionsOf<T> = T extends Objective<infer _, infer Decisions> ? Decisions : never;

/**
 * Mask2Former's objective, and beside it what every pixel shows. Published models start from a backbone that knows
 * ImageNet. One that starts from nothing learns what a shape is far sooner if the pixel decoder's finest map has to say
 * the class of every pixel: the auxiliary semantic loss of MaX-DeepLab (Wang et al. 2021, section 3.4).
 */
export function aidedMask2FormerObjective(
  model: Mask2Former,
  config: Mask2FormerLossConfig,
  whole: SemanticAidOptions & { seed: Parameters<typeof mask2FormerObjective>[2] },
): Objective<AidedPrediction<MaskPrediction[]>, AidedDecisions<DecisionsOf<ReturnType<typeof mask2FormerObjective>>>> {
  expectNames('aidedMask2FormerObjective', whole, [...AID, 'seed'], ['semanticWeight', 'scope']);
  const { seed, ...options } = whole;
  const { numClasses, dim } = model.config;
  const objective = (see: (finest: tf.Tensor4D) => void) => {
    const forwardAll = (pixels: tf.Tensor4D) => {
      const features = model.pixelDecoder.forward(model.backbone.forward(pixels));
      see(features.multiScale[features.multiScale.length - 1]);
      return model.decoder.forward(features);
    };
    return mask2FormerObjective({ forwardAll }, config, seed);
  };
  return withSemanticAid({ numClasses, dim, objective }, options);
}

/** MaskFormer's objective, and beside it what every pixel shows, by its per-pixel embedding; see {@link aidedMask2FormerObjective}. */
export function aidedMaskFormerObjective(
  model: MaskFormer,
  config: MaskFormerLossConfig,
  options: SemanticAidOptions,
): Objective<AidedPrediction<MaskPrediction[]>, AidedDecisions<DecisionsOf<ReturnType<typeof maskFormerObjective>>>> {
  expectNames('aidedMaskFormerObjective', options, AID, ['semanticWeight', 'scope']);
  const { numClasses, maskDim } = model.config;
  const objective = (see: (finest: tf.Tensor4D) => void) => {
    const forwardAll = (pixels: tf.Tensor4D) => {
      const { memory, maskFeatures } = model.pixelDecoder.forward(model.backbone.forward(pixels));
      see(maskFeatures);
      return model.decoder.forward(memory, maskFeatures, 'all');
    };
    return maskFormerObjective({ forwardAll }, config);
  };
  return withSemanticAid({ numClasses, dim: maskDim, objective }, options);
}

/**
 * Objective of every SOLO, and beside it what every pixel shows, by the finest level of its pyramid; see
 * {@link aidedMask2FormerObjective}. Its targets are things, so `emptyWeight` should be above 0: all else is one class.
 */
export function aidedSoloObjective(
  model: Solo,
  config: SoloLossConfig,
  options: SemanticAidOptions,
): Objective<
  AidedPrediction<ReturnType<Solo['forward']>>,
  AidedDecisions<DecisionsOf<ReturnType<typeof soloObjective>>>
> {
  expectNames('aidedSoloObjective', options, AID, ['semanticWeight', 'scope']);
  const { numClasses, fpnDim } = model.config;
  const objective = (see: (finest: tf.Tensor4D) => void) => {
    const forward = (pixels: tf.Tensor4D) => {
      const pyramid = model.pyramid.forward(model.backbone.forward(pixels));
      see(pyramid[0]);
      return model.head.forward(pyramid);
    };
    const cellMaskLogits: Solo['cellMaskLogits'] = (...cells) => model.cellMaskLogits(...cells);
    return soloObjective({ forward, cellMaskLogits }, config);
  };
  return withSemanticAid({ numClasses, dim: fpnDim, objective }, options);
}

/** An objective with one term more: the cross entropy of what a linear layer over the finest map says of every pixel. */
function withSemanticAid<Prediction extends tf.TensorContainer, Decisions>(
  { numClasses, dim, objective }: Aided<Prediction, Decisions>,
  { semanticWeight, scope, emptyWeight = 0 }: SemanticAidOptions,
): Objective<AidedPrediction<Prediction>, AidedDecisions<Decisions>> {
  const head = new Linear(scope, { inDim: dim, outDim: numClasses + 1 });
  let finest: tf.Tensor4D | null = null;
  const base = objective((map) => {
    finest = map;
  });
  return {
    forward: (pixels) => {
      const predictions = base.forward(pixels);
      return { predictions, semantic: head.forward(finest!) };
    },
    numClasses: () => numClasses,
    decide: async ({ predictions, semantic }, targets, step, collective) => {
      const [, height, width] = semantic.shape;
      const maps = await Promise.all(targets.map((target) => labelMap(target, [height, width], numClasses)));
      const labels = maps.flatMap((map) => [...map]);
      const decisions = await base.decide(predictions, targets, step, collective);
      const weight = labels.reduce((sum, label) => sum + (label < numClasses ? 1 : emptyWeight), 0);
      const [share] = await denominatorShares([{ counts: [weight], of: ([total]) => total || 1 }], collective);
      return { base: decisions, labels, share: weight === 0 ? null : share };
    },
    loss: ({ predictions, semantic }, targets, { base: decisions, labels, share }) => {
      const { total, terms } = base.loss(predictions, targets, decisions);
      const logits = tf.reshape<tf.Rank.R2>(semantic, [-1, numClasses + 1]);
      const pixel =
        share === null
          ? tf.mul<tf.Scalar>(tf.sum(logits), 0) // a mean over no pixels is none
          : timesShare(classCrossEntropy(logits, labels, emptyWeight), share);
      return { total: tf.add(total, tf.mul(pixel, semanticWeight)), terms: { ...terms, pixel } };
    },
  };
}

/** Class of every pixel at a smaller size; `numClasses` where there is none. */
async function labelMap({ classes, masks }: MaskTargets, size: Size, numClasses: number): Promise<Int32Array> {
  const [count, height, width] = masks.shape;
  const values = await masks.data();
  const labels = new Int32Array(height * width).fill(numClasses);
  for (let t = 0; t < count; t++) {
    for (let i = 0; i < labels.length; i++) if (values[t * labels.length + i] > 0.5) labels[i] = classes[t];
  }
  return resizeLabels(labels, [height, width], size);
}
