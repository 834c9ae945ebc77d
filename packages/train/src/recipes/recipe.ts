import type { AugmentStep } from '@seg/data';
import type { Preprocessing } from '@seg/models';

import type { TrainingRecipe } from '../fit/recipe.ts';
import type { KeptFeatures } from '../frozen-backbone/frozen-backbone.ts';

/** Recipe of a training from data to model: plain data, kept beside its results. */
export type Recipe = TrainingRecipe & {
  /** Images of a batch. */
  batch: number;
  /** Changes to each image, in order. */
  augment: readonly AugmentStep[];
  /**
   * Augmented images that are made in all: they come again in each pass, in an order of its own. A backbone that is frozen
   * whole then sees each of them once, and the rest of the network trains on its maps. Default: every one is new.
   */
  distinctSamples?: number;
  /** Memory for the maps of a frozen backbone, where samples come again. */
  keptFeatures?: KeptFeatures;
  /** Resize of whole images for validation and use. Default: the model's own. */
  resize?: Preprocessing['resize'];
  /**
   * Intersection over union above which, of two found instances of a class, the trained model keeps the better alone. For
   * Mask2Former, MaskFormer and Panoptic SegFormer. Default: the model's own, both where it has none.
   */
  nmsThreshold?: number;
  /** Values of the system's published loss that are to be others, by name. Default: none. */
  loss?: Readonly<Record<string, unknown>>;
  /** Weight of an auxiliary semantic loss of a Mask2Former that starts from nothing. Default: 0, none. */
  semanticWeight?: number;
  /** Steps between two validations. Default: a tenth of all. */
  validateEvery?: number;
  /** Validations without a better one after which the training ends. Default: it goes on to the end. */
  patience?: number;
  /** Steps between two checkpoints. Default: 100. */
  saveEvery?: number;
};
