import { DecoderLayer, sinePosition } from '@seg/attention';
import { type ActivationName, Conv2d, init, LayerNorm, Linear, type MaskPrediction, Mlp, type Scope } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import { maskLogits } from '../prediction/mask-logits.ts';

/** Sizes of MaskFormer's query decoder. */
export type DetrDecoderConfig = {
  /** Channels of the memory. */
  inDim: number;
  dim: number;
  maskDim: number;
  numQueries: number;
  numClasses: number;
  numLayers: number;
  numHeads: number;
  ffnDim: number;
  dropout: number;
  /** Of the feed-forward networks. Default: relu. */
  activation?: ActivationName;
};

/**
 * Transformer decoder and heads of MaskFormer: DETR's decoder on the coarsest map, a prediction behind every layer.
 * Cheng et al. 2021, section 3.3. Keys are those of Hugging Face's port.
 */
export class DetrDecoder {
  readonly scope: Scope;
  readonly queryPosition: tf.Variable<tf.Rank.R2>; // [N, C]
  readonly inputProjection: Conv2d | undefined;
  readonly layers: DecoderLayer[];
  readonly norm: LayerNorm;
  readonly classHead: Linear;
  readonly maskHead: Mlp;

  /** @param scope Of the transformer @param heads Of `class_predictor` and `mask_embedder` */
  constructor(scope: Scope, heads: Scope, config: DetrDecoderConfig) {
    const { inDim, dim, maskDim, numQueries, numClasses, numLayers } = config;
    this.scope = scope;
    this.queryPosition = scope.at('queries_embedder').param('weight', [numQueries, dim], init.normal(1));
    this.inputProjection =
      inDim !== dim ? new Conv2d(scope.at('input_projection'), { inDim, outDim: dim, kernel: 1 }) : undefined;
    this.layers = Array.from(
      { length: numLayers },
      (_, i) => new DecoderLayer(scope.at('decoder', 'layers', i), config),
    );
    this.norm = new LayerNorm(scope.at('decoder', 'layernorm'), { dim });
    this.classHead = new Linear(heads.at('class_predictor'), { inDim: dim, outDim: numClasses + 1, init: 'torch' });
    this.maskHead = new Mlp(
      [0, 1, 2].map((i) => heads.at('mask_embedder', i, 0)),
      [dim, dim, dim, maskDim],
    );
  }

  /**
   * @param memory [B, H, W, inDim]
   * @param maskFeatures [B, h, w, maskDim]
   * @returns One prediction per layer, or the last alone
   */
  forward(memory: tf.Tensor4D, maskFeatures: tf.Tensor4D, which: 'all' | 'last'): MaskPrediction[] {
    return tf.tidy(() => {
      const states = this.decode(memory);
      const chosen = which === 'all' ? [...states.entries()] : [...states.entries()].slice(-1);
      return chosen.map(([index, queries]) => this.predict(queries, maskFeatures, index));
    });
  }

  /** The un-normed stream behind every layer, starting from zeros. */
  private decode(map: tf.Tensor4D): tf.Tensor3D[] {
    return tf.tidy(() => {
      const projected = this.scope.tap(this.inputProjection?.forward(map) ?? map, 'input_projection');
      const [batch, height, width, dim] = projected.shape;
      const memory: tf.Tensor3D = tf.reshape(projected, [batch, height * width, dim]);
      const memoryPosition = sinePosition(height, width, { dim });
      const { queryPosition } = this;
      let queries: tf.Tensor3D = tf.zeros([batch, queryPosition.shape[0], dim]);
      return this.layers.map((layer) => (queries = layer.forward({ queries, queryPosition, memory, memoryPosition })));
    });
  }

  private predict(queries: tf.Tensor3D, maskFeatures: tf.Tensor4D, index: number): MaskPrediction {
    return tf.tidy(() => {
      const normed = this.scope.tap(this.norm.forward(queries), 'embeddings');
      const at = this.scope.at('prediction', index);
      const classLogits = at.tap(this.classHead.forward(normed), 'class_logits');
      return {
        classLogits,
        maskLogits: at.tap(maskLogits(this.maskHead.forward(normed), maskFeatures), 'mask_logits'),
      };
    });
  }
}
