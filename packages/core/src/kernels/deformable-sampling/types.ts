import type * as tf from '@tensorflow/tfjs-core';

import type { Size } from '../../outputs.ts';

export type Inputs = { value: tf.Tensor4D; locations: tf.Tensor; weights: tf.Tensor };
export type GradientInputs = Inputs & { dy: tf.Tensor };
export type Attrs = { levels: Size[] };

export type OffsetInputs = {
  /** [B, S, M, D] levels one after the other, each row-major */
  value: tf.Tensor4D;
  /** [B, Q, M·L·P·2] (x, y) in pixels of each level, or in shares of a box */
  offsets: tf.Tensor;
  /** [B, Q, M·L·P] */
  logits: tf.Tensor;
  /** [B | 1, Q, L | 1, 2] points (x, y) in [0, 1], or [B | 1, Q, L | 1, 4] boxes (cx, cy, w, h) */
  reference: tf.Tensor4D;
};
export type OffsetAttrs = { levels: Size[] };

export type PartInputs = {
  /** [B, S, ·] tokens of all levels, one after the other, each row-major */
  value: tf.Tensor3D;
  /** [B, Q, ·] tokens with offsets and logits among their channels, as {@link OffsetInputs} has them */
  samples: tf.Tensor3D;
  /** As {@link OffsetInputs} has it */
  reference: tf.Tensor4D;
};
/** Options of `offsetSamplingOfParts`: sizes, and where among the channels of a token each part begins. */
export type PartAttrs = OffsetAttrs & {
  numHeads: number;
  /** M·D, channels of all heads together. */
  dim: number;
  numPoints: number;
  first: { value: number; offsets: number; logits: number };
};
