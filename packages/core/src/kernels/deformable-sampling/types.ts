import type * as tf from '@tensorflow/tfjs-core';

import type { Size } from '../../outputs.ts';

export type Inputs = { value: tf.Tensor4D; locations: tf.Tensor; weights: tf.Tensor };
export type GradientInputs = Inputs & { dy: tf.Tensor };
export type Attrs = { levels: Size[] };
