import { ORIGINAL_PREPROCESSING, type Preprocessing } from '../preprocess.ts';
import type { Inference, ModelConfig, ModelDescription } from './model-description.ts';

/** detectron2's preprocessing, to other sizes. */
export function shortestEdge(shortest: number, longest: number): Preprocessing {
  return {
    ...ORIGINAL_PREPROCESSING,
    resize: { kind: 'shortest-edge', shortestEdge: shortest, longestEdge: longest },
  };
}

/** mmdetection's preprocessing, sides padded to multiples of `divisor`. */
export function rescaled(shortest: number, longest: number, divisor: number): Preprocessing {
  return {
    ...ORIGINAL_PREPROCESSING,
    resize: { kind: 'rescale', shortestEdge: shortest, longestEdge: longest },
    divisor,
  };
}

/** Makes descriptions of the models published for one data set at one resolution. */
export function published(
  categories: ModelDescription['categories'],
  preprocessing: Preprocessing,
): (config: ModelConfig, inference?: Inference) => ModelDescription {
  return (config, inference) => ({ config, categories, preprocessing, ...(inference && { inference }) });
}

/** Inference of models for semantic segmentation alone: detectron2's `SEM_SEG_POSTPROCESSING_BEFORE_INFERENCE` is off. */
export const SEMANTIC: Inference = { semanticRule: 'scores-last' };
