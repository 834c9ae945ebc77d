import type { Category } from '@seg/image';
import type { SemanticRule } from '@seg/postprocess';
import type { Preprocessing } from '../preprocess.ts';

/** Config of a model of any system: plain data, its kind in `model`. Each system's own type has the fields. */
export type ModelConfig = { readonly model: string; readonly [field: string]: unknown };

/** Thresholds that suit a model better than those of the published rule. */
export type Inference = {
  /** Least score of a panoptic segment. */
  scoreThreshold?: number;
  /** Least part of its own area that a panoptic segment must keep. */
  overlapThreshold?: number;
  /**
   * Intersection over union above which, of two instances of a class, the better alone is kept. Default: both are, as published.
   * Models trained for minutes give some objects twice. SOLO has a suppression of its own, MaX-DeepLab no overlaps.
   */
  nmsThreshold?: number;
  /** Decision about the class of a pixel; `'scores-last'` for models trained for semantic segmentation alone. */
  semanticRule?: SemanticRule;
};

/** A model without its weights: config, meaning of its classes, and treatment of an image. Plain data. */
export type ModelDescription = {
  config: ModelConfig;
  /** By class index. */
  categories: readonly Category[];
  preprocessing: Preprocessing;
  inference?: Inference;
};

/** `config.json` of a folder that this project wrote. */
export type SegConfig = ModelDescription & { format: 'seg-model-1' };
