import { expectValue, listOf, type OptionCheck } from '@seg/checkpoint/expect-options';
import * as tf from '@tensorflow/tfjs-core';
import { A_DIM } from '../kernels/layer-checks.ts';
import type { Scope } from '../params/param-store.ts';
import { Linear } from './linear.ts';

const SCOPES: OptionCheck = ['a list of scopes', Array.isArray];

/** Linear layers with a ReLU between each two. */
export class Mlp {
  readonly layers: Linear[];

  /** @param scopes One per layer @param dims Sizes before, between and after the layers */
  constructor(scopes: Scope[], dims: number[]) {
    expectValue('Mlp', 'scopes', scopes, SCOPES);
    expectValue('Mlp', 'dims', dims, listOf(A_DIM, scopes.length + 1));
    this.layers = scopes.map((scope, i) => new Linear(scope, { inDim: dims[i], outDim: dims[i + 1], init: 'torch' }));
  }

  /** @param x [..., first dim] @returns [..., last dim] */
  forward<T extends tf.Tensor>(x: T): T {
    return tf.tidy(() =>
      this.layers.reduce((y, layer, i) => layer.forward(y, i < this.layers.length - 1 ? 'relu' : 'linear'), x),
    );
  }
}
