import type * as tf from '@tensorflow/tfjs-core';

import type { ResizeTable } from './interpolation.ts';

/** Options of `resizeBilinear`. */
export type ResizeBilinearOptions = {
  /** Lay the corner pixels of both maps on each other, instead of dividing the area evenly. Default: false. */
  alignCorners?: boolean;
};

export type GradientInputs = { dy: tf.Tensor4D };
export type GradientAttrs = { rows: ResizeTable; columns: ResizeTable };
