import { defineKernel, expectShapes, isOneKernel, type PairCostInputs, type PairCostWeights } from '@seg/core';
import { expectOptions, expectTensors, expectValue, numberIn } from '@seg/core/expect-options';
import * as tf from '@tensorflow/tfjs-core';

import { costOfClasses } from './class-cost.ts';
import { expectClasses } from './expect-classes.ts';
import { diceCost, maskCrossEntropyCost } from './mask-costs.ts';

const WEIGHTS = { mask: numberIn(), class: numberIn(), dice: numberIn() };

/**
 * Weighted sum of {@link maskCrossEntropyCost}, {@link diceCost} and {@link classCost}: Cheng et al. 2022 (Mask2Former), section 4.1.
 * Has no gradient where it is one kernel, on WebGPU.
 *
 * @returns [N, T]
 */
export function pairCosts(inputs: PairCostInputs, weights: PairCostWeights): tf.Tensor2D {
  expectOptions('pairCosts', weights, WEIGHTS);
  for (const name of ['mask', 'class', 'dice'] as const) expectValue('pairCosts', name, weights?.[name], numberIn());
  const { logits, targets, scores, labels } = inputs;
  expectTensors('pairCosts', { logits, targets, scores, labels });
  const { C } = expectShapes('pairCosts', {
    logits: [logits, ['N', 'P']],
    targets: [targets, ['T', 'P']],
    scores: [scores, ['N', 'C']],
    labels: [labels, ['T']],
  });
  expectClasses('pairCosts', labels, C);
  if (isOneKernel()) return pairCostsKernel(inputs, weights) as tf.Tensor2D;
  return tf.tidy(() => pairCostsReference(inputs, weights));
}

/** The meaning of {@link pairCosts} in plain ops. */
export function pairCostsReference(inputs: PairCostInputs, weights: PairCostWeights): tf.Tensor2D {
  const [logits, targets, scores] = [inputs.logits, inputs.targets, inputs.scores] as tf.Tensor2D[];
  return tf.addN([
    tf.mul(maskCrossEntropyCost(logits, targets), weights.mask),
    tf.mul(costOfClasses(scores, inputs.labels as tf.Tensor1D), weights.class),
    tf.mul(diceCost(logits, targets), weights.dice),
  ]) as tf.Tensor2D;
}

const pairCostsKernel = defineKernel<PairCostInputs, PairCostWeights>({
  name: 'SegPairCosts',
  integers: ['labels'],
  reference: pairCostsReference,
  gradient: 'none',
});
