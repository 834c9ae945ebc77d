import { ACTIVATIONS, type ActivationName, dropout, Linear, rowsInSteps, type Scope, type Steps } from '@seg/core';
import { A_DIM, A_TEXT, expectConfig, listOf, numberIn, oneOf } from '@seg/core/expect-options';
import * as tf from '@tensorflow/tfjs-core';

/** Sizes of a feed-forward network, and the keys of its layers. */
export type FeedForwardConfig = {
  dim: number;
  hiddenDim: number;
  names?: [string, string];
  dropout?: number;
  /** Default: relu. */
  activation?: ActivationName;
};

const CONFIG = {
  dim: A_DIM,
  hiddenDim: A_DIM,
  names: listOf(A_TEXT, 2),
  dropout: numberIn({ least: 0, most: 1 }),
  activation: oneOf(...ACTIVATIONS),
};

/** W₂ relu(W₁ x), or another function in relu's place. Vaswani et al. 2017, eq. 2. */
export class FeedForward {
  readonly scope: Scope;
  readonly expand: Linear;
  readonly contract: Linear;
  readonly dropoutRate: number;
  readonly activation: ActivationName;

  /** @param config `names` are the keys of the two layers. Default: fc1 and fc2. */
  constructor(scope: Scope, config: FeedForwardConfig) {
    expectConfig('FeedForward', config, CONFIG, ['dim', 'hiddenDim']);
    const { dim, hiddenDim, names = ['fc1', 'fc2'], dropout: rate = 0, activation = 'relu' } = config;
    this.scope = scope;
    this.expand = new Linear(scope.at(names[0]), { inDim: dim, outDim: hiddenDim });
    this.contract = new Linear(scope.at(names[1]), { inDim: hiddenDim, outDim: dim });
    this.dropoutRate = rate;
    this.activation = activation;
  }

  /** @param x [..., C] */
  forward<T extends tf.Tensor>(x: T): T {
    return tf.tidy(() => this.contract.forward(this.hidden(x)));
  }

  /** All of {@link forward} but the second layer. @param x [..., C] @returns [..., hidden] */
  hidden<T extends tf.Tensor>(x: T): T {
    return tf.tidy(() => dropout(this.scope, this.expand.forward(x, this.activation), this.dropoutRate));
  }

  /** {@link hidden} in steps, to the same bytes. @param x [B, L, C] */
  hiddenSteps(x: tf.Tensor3D): Steps<tf.Tensor3D> {
    return rowsInSteps(x, 2 * this.expand.weight.size, (part) => this.hidden(part));
  }

  /** {@link forward} in steps, to the same bytes: where there are many tokens, some after the others. @param x [B, L, C] */
  forwardSteps(x: tf.Tensor3D): Steps<tf.Tensor3D> {
    return rowsInSteps(x, 4 * this.expand.weight.size, (part) => this.forward(part));
  }
}
