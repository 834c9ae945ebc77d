import { dropout, Linear, type Scope } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

/** Sizes of a feed-forward network, and the keys of its layers. */
export type FeedForwardConfig = { dim: number; hiddenDim: number; names?: [string, string]; dropout?: number };

/** W₂ relu(W₁ x). Vaswani et al. 2017, eq. 2. */
export class FeedForward {
  readonly scope: Scope;
  readonly expand: Linear;
  readonly contract: Linear;
  readonly dropoutRate: number;

  /** @param config `names` are the keys of the two layers. Default: fc1 and fc2. */
  constructor(scope: Scope, { dim, hiddenDim, names = ['fc1', 'fc2'], dropout: rate = 0 }: FeedForwardConfig) {
    this.scope = scope;
    this.expand = new Linear(scope.at(names[0]), { inDim: dim, outDim: hiddenDim });
    this.contract = new Linear(scope.at(names[1]), { inDim: hiddenDim, outDim: dim });
    this.dropoutRate = rate;
  }

  /** @param x [..., C] */
  forward<T extends tf.Tensor>(x: T): T {
    return tf.tidy(() => {
      const hidden = dropout(this.scope, this.expand.forward(x, 'relu'), this.dropoutRate);
      return this.contract.forward(hidden);
    });
  }
}
