import type { Scope } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { expectSizes } from '../expect-sizes.ts';
import { BiasedConv } from './biased-conv.ts';
import { SeparableConv } from './separable-conv.ts';

/** Classes of pixels for the auxiliary semantic loss: channel 0 is void, 1 to K are the classes. deeplab2 `panoptic_deeplab`. */
export class SemanticHead {
  readonly scope: Scope;
  readonly conv: SeparableConv;
  readonly output: BiasedConv;

  constructor(root: Scope, config: { inDim: number; dim: number; numClasses: number }) {
    expectSizes('SemanticHead', config, ['inDim', 'dim', 'numClasses']);
    const { inDim, dim, numClasses } = config;
    this.scope = root;
    const conv = root.at('semantic_head_without_last_layer', '_conv1_bn_act');
    this.conv = new SeparableConv(conv, { inDim, outDim: dim });
    this.output = new BiasedConv(root.at('semantic_last_layer'), { inDim: dim, outDim: numClasses + 1, rank: 2 });
  }

  /** @param x [B, h, w, in] @returns [B, h, w, K + 1] */
  forward(x: tf.Tensor4D): tf.Tensor4D {
    return tf.tidy(() => this.scope.at('output').tap(this.output.forward(this.conv.forward(x)), 'semantic_logits'));
  }
}
