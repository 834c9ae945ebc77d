import type { SemanticRule } from '@seg/postprocess';

/** Question to a model: things and stuff of a whole image, objects that may overlap, or the class of each pixel. */
export type Task = 'panoptic' | 'instance' | 'semantic';

/** Publisher of the post-processing: the system's authors, or the library `transformers`. */
export type Rule = 'original' | 'huggingface';

/** Options of decoding a prediction, the same for all systems. */
export type DecodeOptions = {
  task: Task;
  /** Class indices of things. */
  things: ReadonlySet<number>;
  rule: Rule;
  /** Least score; undefined for the rule's own. */
  scoreThreshold: number | undefined;
  /** Least part of its own area that a panoptic segment must keep; undefined for the rule's own. */
  overlapThreshold: number | undefined;
  /** Intersection over union above which, of two instances of a class, the better alone is kept; undefined for both. */
  nmsThreshold?: number;
  /** Undefined for the rule's own. */
  semanticRule: SemanticRule | undefined;
  /** Gives segments the number of their query, where they have one. Default: false. */
  queries?: boolean;
};
