import { mayFuse, runSteps, type Scope, type Steps, tidySteps } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import { AxialAttention, type AxialAttentionConfig } from './axial-attention.ts';

/** Attention along every column, then along every row. Wang et al. 2020 (Axial-DeepLab), section 3.2. */
export class AxialAttention2d {
  readonly scope: Scope;
  readonly height: AxialAttention;
  readonly width: AxialAttention;

  constructor(scope: Scope, config: AxialAttentionConfig) {
    this.scope = scope;
    this.height = new AxialAttention(scope.at('_height_axis'), config);
    this.width = new AxialAttention(scope.at('_width_axis'), { ...config, inDim: config.valueDim });
  }

  /** @param x [B, H, W, in] @returns [B, H, W, V], not activated */
  forward(x: tf.Tensor4D): tf.Tensor4D {
    return runSteps(this.forwardSteps(x));
  }

  /** {@link forward} axis by axis. */
  forwardSteps(x: tf.Tensor4D): Steps<tf.Tensor4D> {
    return tidySteps(this.alongBoth(x));
  }

  private *alongBoth(x: tf.Tensor4D): Steps<tf.Tensor4D> {
    if (!this.scope.training && mayFuse()) {
      return this.scope.tap(this.width.alongAxis(this.height.alongAxis(x, 1), 2));
    }
    const columns = tf.transpose(x, [0, 2, 1, 3]); // [B, W, H, in]
    const attended = yield* alongThirdAxis(columns, this.height);
    yield;
    return this.scope.tap(yield* alongThirdAxis(tf.transpose(attended, [0, 2, 1, 3]), this.width));
  }
}

/** [B, M, L, in] → [B, M, L, V] */
function* alongThirdAxis(x: tf.Tensor4D, attention: AxialAttention): Steps<tf.Tensor4D> {
  const [batch, lines, length, dim] = x.shape;
  const attended = yield* attention.forwardSteps(tf.reshape(x, [batch * lines, length, dim]));
  return tf.reshape(attended, [batch, lines, length, attended.shape[2]]);
}
