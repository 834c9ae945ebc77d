import type { SemanticRule } from '@seg/postprocess';
import type { Preprocessing } from '../preprocess.ts';
import type { Mask2FormerConfig } from '../systems/mask2former/config.ts';
import type { MaskFormerConfig } from '../systems/maskformer/config.ts';
import type { MaxDeepLabConfig } from '../systems/max-deeplab/config.ts';
import type { PanopticSegFormerConfig } from '../systems/panoptic-segformer/config.ts';
import type { SoloConfig } from '../systems/solo/config.ts';
import type { Category } from './categories.ts';

/** The config of any model; `model` says which. */
export type ModelConfig =
  | Mask2FormerConfig
  | MaskFormerConfig
  | SoloConfig
  | MaxDeepLabConfig
  | PanopticSegFormerConfig;

/** Thresholds that suit a model better than those of the published rule. */
export type Inference = {
  /** Least score of a panoptic segment. */
  scoreThreshold?: number;
  /** Least part of its own area that a panoptic segment must keep. */
  overlapThreshold?: number;
  /** How classes of pixels are decided; `'scores-last'` for models trained for semantic segmentation alone. */
  semanticRule?: SemanticRule;
};

/** A model but for its weights: what it is, what its classes mean, and what it does with an image. Plain data. */
export type ModelDescription = {
  config: ModelConfig;
  /** By class index. */
  categories: readonly Category[];
  preprocessing: Preprocessing;
  inference?: Inference;
};

/** `config.json` of a folder that this project wrote. */
export type OwnConfig = ModelDescription & { format: 'seg-model-1' };

/** Classes that a config predicts, without no-object. */
export function numClasses(config: ModelConfig): number {
  return config.model === 'panoptic_segformer' ? config.numThingClasses + config.numStuffClasses : config.numClasses;
}
