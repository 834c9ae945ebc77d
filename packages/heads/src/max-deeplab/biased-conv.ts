import { conv2dSteps, init, linear, runSteps, type Scope, type Steps } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

/** A 1×1 convolution with a bias and no norm, the last layer of a head: deeplab2's `kernel` and `bias`. */
export class BiasedConv {
  readonly filter: tf.Variable; // [1, 1, in, out], or [1, in, out] for tokens
  readonly bias: tf.Variable<tf.Rank.R1>; // [out]

  /** @param rank 2 for maps, 1 for lists of tokens */
  constructor(scope: Scope, { inDim, outDim, rank }: { inDim: number; outDim: number; rank: 1 | 2 }) {
    const shape = rank === 2 ? [1, 1, inDim, outDim] : [1, inDim, outDim];
    this.filter = scope.param('kernel', shape, init.truncatedNormal(0.01));
    this.bias = scope.param('bias', [outDim], init.zeros);
  }

  /** @param x [B, H, W, in], or [B, L, in] for tokens @returns The same with `out` channels */
  forward<T extends tf.Tensor3D | tf.Tensor4D>(x: T): T {
    return runSteps(this.forwardSteps(x));
  }

  /** {@link forward} in bands of rows where a map is large. */
  *forwardSteps<T extends tf.Tensor3D | tf.Tensor4D>(x: T): Steps<T> {
    if (x.rank === 3) return linear(x, tf.reshape(this.filter, this.filter.shape.slice(1)), this.bias);
    return (yield* conv2dSteps(x as tf.Tensor4D, this.filter as unknown as tf.Tensor4D, { bias: this.bias })) as T;
  }
}
