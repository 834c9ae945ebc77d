import type { Size } from '@seg/core';
import { PILLOW_FILTERS, type ResizeFilter } from '@seg/image';

import { type FieldChecks, type FieldsOf, listOf, NUMBER, oneOf, optional, POSITIVE, SIZE } from './check-fields.ts';

/** Rule for the size of an image before it is padded. */
export type ResizeRule =
  /** The shorter side to `shortestEdge`, unless the longer one would exceed `longestEdge`; as detectron2, by Pillow. */
  | { kind: 'shortest-edge'; shortestEdge: number; longestEdge: number }
  /** The same as Hugging Face does it: sizes are cut off instead of rounded. */
  | { kind: 'truncated-edge'; shortestEdge: number; longestEdge: number }
  /** The same as mmdetection does it: sizes by its rounding, pixels by OpenCV, which does not widen its filter. */
  | { kind: 'rescale'; shortestEdge: number; longestEdge: number }
  /** The longer side to `side`, then up to a square of it; as deeplab2, corners aligned and pixels not rounded. */
  | { kind: 'square'; side: number }
  /** To the largest size of its aspect within these bounds, cut off to whole pixels; as Hugging Face. */
  | { kind: 'within'; maxHeight: number; maxWidth: number }
  /** To this size, whatever the aspect. */
  | { kind: 'exact'; size: Size }
  | { kind: 'none' };

/** Treatment of images before a model sees them. Plain data, stored with the weights. */
export type Preprocessing = {
  resize: ResizeRule;
  /** Sides become multiples of this. */
  divisor: number;
  /** Zeros right and below, or a resize that distorts, as Hugging Face does. */
  reachDivisor: 'pad' | 'resize';
  /** Pixels are multiplied by this first: 1, or 1/255. */
  rescale: number;
  mean: [number, number, number];
  std: [number, number, number];
  /** Pillow's filter of a resize by Pillow. Default: bilinear. */
  filter?: ResizeFilter;
  /** Height and width that zeros fill right and below. Default: those of the largest image and the divisor. */
  padTo?: Size;
};

const EDGES = { shortestEdge: SIZE, longestEdge: SIZE };
const RESIZES: Record<ResizeRule['kind'], FieldChecks> = {
  'shortest-edge': EDGES,
  'truncated-edge': EDGES,
  rescale: EDGES,
  square: { side: SIZE },
  within: { maxHeight: SIZE, maxWidth: SIZE },
  exact: { size: listOf(SIZE, 2) },
  none: {},
};

/** A check for each field of preprocessing in a file. */
export const PREPROCESSING: FieldsOf<Preprocessing> = {
  resize: { by: 'kind', kinds: RESIZES },
  divisor: SIZE,
  reachDivisor: oneOf('pad', 'resize'),
  rescale: POSITIVE,
  mean: listOf(NUMBER, 3),
  std: listOf(POSITIVE, 3),
  filter: optional(oneOf(...PILLOW_FILTERS)),
  padTo: optional(listOf(SIZE, 2)),
};
