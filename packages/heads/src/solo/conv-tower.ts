import { Conv2d, GroupNorm, init, runSteps, type Scope, type Steps, tidySteps } from '@seg/core';
import type * as tf from '@tensorflow/tfjs-core';

/** relu(group norm(convolution without bias)), the layer of which all SOLO heads are made. Keys: `conv`, `gn`. */
export class ConvGroupNorm {
  readonly conv: Conv2d;
  readonly norm: GroupNorm;

  constructor(scope: Scope, { inDim, outDim, kernel = 3 }: { inDim: number; outDim: number; kernel?: number }) {
    const padding = (kernel - 1) / 2;
    this.conv = new Conv2d(scope.at('conv'), { inDim, outDim, kernel, padding, bias: false, init: init.normal(0.01) });
    this.norm = new GroupNorm(scope.at('gn'), { dim: outDim });
  }

  /** @param x [B, H, W, inDim] @returns [B, H, W, outDim] */
  forward(x: tf.Tensor4D): tf.Tensor4D {
    return runSteps(this.forwardSteps(x));
  }

  /** {@link forward} in steps. */
  forwardSteps(x: tf.Tensor4D): Steps<tf.Tensor4D> {
    return tidySteps(this.normed(x));
  }

  private *normed(x: tf.Tensor4D): Steps<tf.Tensor4D> {
    return this.norm.forward(yield* this.conv.forwardSteps(x), 'relu');
  }
}

/** Layers on top of each other, shared by all levels of the pyramid. Wang et al. 2020 (SOLO), "Network Architecture". */
export class ConvTower {
  readonly layers: ConvGroupNorm[];

  constructor(scope: Scope, { inDim, dim, numLayers }: { inDim: number; dim: number; numLayers: number }) {
    this.layers = Array.from(
      { length: numLayers },
      (_, i) => new ConvGroupNorm(scope.at(i), { inDim: i === 0 ? inDim : dim, outDim: dim }),
    );
  }

  /** @param x [B, H, W, inDim] @returns [B, H, W, dim] */
  forward(x: tf.Tensor4D): tf.Tensor4D {
    return runSteps(this.forwardSteps(x));
  }

  /** {@link forward} layer by layer. */
  forwardSteps(x: tf.Tensor4D): Steps<tf.Tensor4D> {
    return tidySteps(this.layered(x));
  }

  private *layered(x: tf.Tensor4D): Steps<tf.Tensor4D> {
    let y = x;
    for (const layer of this.layers) {
      y = yield* layer.forwardSteps(y);
      yield;
    }
    return y;
  }
}
