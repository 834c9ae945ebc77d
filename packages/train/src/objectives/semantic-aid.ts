import { classCrossEntropy, Linear, type MaskTargets, type Scope, type Size } from '@seg/core';
import { resizeLabels } from '@seg/image';
import type { Mask2FormerLossConfig, Mask2FormerMatching } from '@seg/losses';
import type { Mask2Former } from '@seg/models';
import * as tf from '@tensorflow/tfjs-core';

import { denominatorShares, timesShare } from '../collective/denominator-shares.ts';
import type { Objective } from '../train-step.ts';
import type { MaskShares } from './mask-shares.ts';
import { mask2FormerObjective } from './objectives.ts';

/** Options of {@link aidedMask2FormerObjective}. */
export type SemanticAidOptions = {
  /** Of the sampled points. */
  seed: number;
  /** Weight of the auxiliary loss. */
  semanticWeight: number;
  /** Place of the auxiliary head's parameters, which belong to the training and not to the model. */
  scope: Scope;
};

type AidedPrediction = {
  predictions: ReturnType<Mask2Former['forwardAll']>;
  /** [B, h, w, K + 1] */
  semantic: tf.Tensor4D;
};

type AidedDecisions = {
  base: { matching: Mask2FormerMatching; shares: MaskShares };
  labels: number[];
  /** Share of this process in the pixels that have a class; null where it has none. */
  share: number | null;
};

/**
 * Mask2Former's objective, and beside it what every pixel shows. Published models start from a backbone that knows
 * ImageNet. One that starts from nothing learns what a shape is far sooner if the pixel decoder's finest map has to say
 * the class of every pixel: the auxiliary semantic loss of MaX-DeepLab (Wang et al. 2021, section 3.4).
 */
export function aidedMask2FormerObjective(
  model: Mask2Former,
  config: Mask2FormerLossConfig,
  { seed, semanticWeight, scope }: SemanticAidOptions,
): Objective<AidedPrediction, AidedDecisions> {
  const { numClasses, dim } = model.config;
  const head = new Linear(scope, { inDim: dim, outDim: numClasses + 1 });
  let finest: tf.Tensor4D | null = null;
  const forwardAll = (pixels: tf.Tensor4D) => {
    const features = model.pixelDecoder.forward(model.backbone.forward(pixels));
    finest = features.multiScale[features.multiScale.length - 1];
    return model.decoder.forward(features);
  };
  const base = mask2FormerObjective({ forwardAll }, config, seed);
  return {
    forward: (pixels) => {
      const predictions = base.forward(pixels);
      return { predictions, semantic: head.forward(finest!) };
    },
    numClasses: ({ predictions }) => predictions[0].classLogits.shape[2] - 1,
    decide: async ({ predictions, semantic }, targets, step, collective) => {
      const [, height, width] = semantic.shape;
      const maps = await Promise.all(targets.map((target) => labelMap(target, [height, width], numClasses)));
      const labels = maps.flatMap((map) => [...map]);
      const decisions = await base.decide(predictions, targets, step, collective);
      const count = labels.filter((label) => label < numClasses).length;
      const [share] = await denominatorShares([{ counts: [count] }], collective);
      return { base: decisions, labels, share: count === 0 ? null : share };
    },
    loss: ({ predictions, semantic }, targets, { base: decisions, labels, share }) => {
      const { total, terms } = base.loss(predictions, targets, decisions);
      const logits = tf.reshape<tf.Rank.R2>(semantic, [-1, numClasses + 1]);
      const pixel =
        share === null
          ? tf.mul<tf.Scalar>(tf.sum(logits), 0) // a mean over no pixels is none
          : timesShare(classCrossEntropy(logits, tf.tensor1d(labels, 'int32'), 0), share);
      return { total: tf.add(total, tf.mul(pixel, semanticWeight)), terms: { ...terms, pixel } };
    },
  };
}

/** Class of every pixel at a smaller size; `numClasses`, which weighs nothing, where there is none. */
async function labelMap({ classes, masks }: MaskTargets, size: Size, numClasses: number): Promise<Int32Array> {
  const [count, height, width] = masks.shape;
  const values = await masks.data();
  const labels = new Int32Array(height * width).fill(numClasses);
  for (let t = 0; t < count; t++) {
    for (let i = 0; i < labels.length; i++) if (values[t * labels.length + i] > 0.5) labels[i] = classes[t];
  }
  return resizeLabels(labels, [height, width], size);
}
