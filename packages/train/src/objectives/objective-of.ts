import { expectValue, numberIn } from '@seg/checkpoint/expect-options';
import type { ParamStore } from '@seg/core';
import type { Category } from '@seg/image';
import {
  MASK2FORMER_LOSS,
  MASKFORMER_LOSS,
  MAX_DEEPLAB_LOSS,
  PANOPTIC_SEGFORMER_LOSS,
  SOLO_LOSS,
  SOLOV2_LOSS,
} from '@seg/losses';
import { Mask2Former, MaskFormer, MaxDeepLab, type Network, PanopticSegFormer, Solo } from '@seg/models';
import type * as tf from '@tensorflow/tfjs-core';
import { expectNames } from '../expect-names.ts';

import type { Objective } from '../train-step.ts';
import { changedLoss } from './changed-loss.ts';
import { mask2FormerObjective, maskFormerObjective, maxDeepLabObjective, soloObjective } from './objectives.ts';
import { panopticSegFormerObjective } from './panoptic-segformer-objective.ts';
import { aidedMask2FormerObjective, aidedMaskFormerObjective, aidedSoloObjective } from './semantic-aid.ts';

/** Objective of a network whose system is known only when it runs. */
export type AnyObjective = Objective<tf.TensorContainer, unknown>;

/** Options of {@link objectiveOf}. */
export type ObjectiveOptions = {
  /** Class k is `categories[k]`. */
  categories: readonly Category[];
  /** Of what is random in a step. */
  seed: number;
  /** Values of the system's published loss that are to be others, by name. Default: none. */
  loss?: Readonly<Record<string, unknown>>;
  /** Weight of an auxiliary semantic loss of a Mask2Former, MaskFormer or SOLO that starts from nothing. Default: 0, none. */
  semanticWeight?: number;
};

/** Prefix of parameters that belong to a training and not to its model. */
export const AUXILIARY = 'auxiliary';

/** Weight of background beside things in a SOLO's auxiliary loss: about 0.25 of scenes is things. */
const BACKGROUND_WEIGHT = 0.25;

/** Pixels between two of MaX-DeepLab's predictions: its heads work at a quarter of the resolution (section 3.4). */
const GRID_STRIDE = 4;

/**
 * Makes the objective of a network of any of the five systems, with its paper's weights unless told otherwise.
 *
 * @param params Takes the parameters of an auxiliary head, under `auxiliary`
 * @throws Error where the network is of no system that is known; RangeError at a value of a loss that
 *   it does not have, or of another kind than the published one
 */
export function objectiveOf(network: Network, params: ParamStore, options: ObjectiveOptions): AnyObjective {
  expectNames('objectiveOf', options, ['categories', 'seed', 'loss', 'semanticWeight'], ['categories', 'seed']);
  const { categories, seed, loss, semanticWeight = 0 } = options;
  expectValue('objectiveOf', 'semanticWeight', semanticWeight, numberIn({ least: 0 }));
  const aid = { semanticWeight, scope: params.root.at(AUXILIARY) };
  if (network instanceof Mask2Former) {
    const config = changedLoss(MASK2FORMER_LOSS, loss);
    if (semanticWeight === 0) return mask2FormerObjective(network, config, seed) as AnyObjective;
    return aidedMask2FormerObjective(network, config, { ...aid, seed }) as AnyObjective;
  }
  if (network instanceof MaskFormer) {
    const config = changedLoss(MASKFORMER_LOSS, loss);
    if (semanticWeight === 0) return maskFormerObjective(network, config) as AnyObjective;
    return aidedMaskFormerObjective(network, config, aid) as AnyObjective;
  }
  if (network instanceof Solo) {
    const { model, grids, scaleRanges } = network.config;
    const config = changedLoss({ ...(model === 'solov2' ? SOLOV2_LOSS : SOLO_LOSS), grids, scaleRanges }, loss);
    if (semanticWeight === 0) return soloObjective(network, config) as AnyObjective;
    return aidedSoloObjective(network, config, { ...aid, emptyWeight: BACKGROUND_WEIGHT }) as AnyObjective;
  }
  if (semanticWeight !== 0) {
    throw new RangeError(
      `semanticWeight: expected 0 with ${network.config.model}, which has no such head, got ${semanticWeight}`,
    );
  }
  if (network instanceof MaxDeepLab) {
    const things = new Set(categories.flatMap(({ isThing }, k) => (isThing ? [k] : [])));
    return maxDeepLabObjective(network, changedLoss(MAX_DEEPLAB_LOSS, loss), {
      things,
      stride: GRID_STRIDE,
    }) as AnyObjective;
  }
  if (network instanceof PanopticSegFormer) {
    return panopticSegFormerObjective(network, changedLoss(PANOPTIC_SEGFORMER_LOSS, loss)) as AnyObjective;
  }
  throw new Error(`objectiveOf: expected a network of a known system, got ${network.config.model}`);
}
