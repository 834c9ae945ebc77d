import { DecoderLayer, sinePosition } from '@seg/attention';
import {
  type ActivationName,
  Conv2d,
  init,
  LayerNorm,
  Linear,
  type MaskPrediction,
  Mlp,
  runSteps,
  type Scope,
  type Steps,
  tidySteps,
} from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { expectSizes } from '../expect-sizes.ts';
import { maskLogitsSteps } from '../prediction/mask-logits.ts';

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
    expectSizes(
      'DetrDecoder',
      config,
      ['inDim', 'dim', 'maskDim', 'numQueries', 'numClasses', 'numLayers', 'numHeads', 'ffnDim', 'dropout'],
      ['activation'],
    );
    const { inDim, dim, maskDim, numQueries, numClasses, numLayers } = config;
    const { numHeads, ffnDim, dropout, activation } = config;
    this.scope = scope;
    this.queryPosition = scope.at('queries_embedder').param('weight', [numQueries, dim], init.normal(1));
    this.inputProjection =
      inDim !== dim ? new Conv2d(scope.at('input_projection'), { inDim, outDim: dim, kernel: 1 }) : undefined;
    this.layers = Array.from(
      { length: numLayers },
      (_, i) => new DecoderLayer(scope.at('decoder', 'layers', i), { dim, numHeads, ffnDim, dropout, activation }),
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
    return runSteps(this.forwardSteps(memory, maskFeatures, which));
  }

  /** {@link forward} layer by layer. */
  forwardSteps(memory: tf.Tensor4D, maskFeatures: tf.Tensor4D, which: 'all' | 'last'): Steps<MaskPrediction[]> {
    return tidySteps(this.predictions(memory, maskFeatures, which));
  }

  private *predictions(memory: tf.Tensor4D, maskFeatures: tf.Tensor4D, which: 'all' | 'last'): Steps<MaskPrediction[]> {
    const states = yield* tidySteps(this.decode(memory));
    const predictions: MaskPrediction[] = [];
    for (let index = which === 'all' ? 0 : states.length - 1; index < states.length; index++) {
      predictions.push(yield* tidySteps(this.predict(states[index], maskFeatures, index)));
    }
    return predictions;
  }

  private *projected(map: tf.Tensor4D): Steps<tf.Tensor4D> {
    return this.inputProjection === undefined ? map : yield* this.inputProjection.forwardSteps(map);
  }

  /** The un-normed stream behind every layer, starting from zeros. */
  private *decode(map: tf.Tensor4D): Steps<tf.Tensor3D[]> {
    const projected = this.scope.tap(yield* this.projected(map), 'input_projection');
    const [batch, height, width, dim] = projected.shape;
    const memory: tf.Tensor3D = tf.reshape(projected, [batch, height * width, dim]);
    const memoryPosition = sinePosition(height, width, { dim });
    const { queryPosition } = this;
    const states: tf.Tensor3D[] = [];
    let queries: tf.Tensor3D = tf.zeros([batch, queryPosition.shape[0], dim]);
    for (const layer of this.layers) {
      yield;
      queries = layer.forward({ queries, queryPosition, memory, memoryPosition });
      states.push(queries);
    }
    return states;
  }

  private *predict(queries: tf.Tensor3D, maskFeatures: tf.Tensor4D, index: number): Steps<MaskPrediction> {
    const normed = this.scope.tap(this.norm.forward(queries), 'embeddings');
    const at = this.scope.at('prediction', index);
    const classLogits = at.tap(this.classHead.forward(normed), 'class_logits');
    yield;
    const logits = yield* maskLogitsSteps(this.maskHead.forward(normed), maskFeatures);
    return { classLogits, maskLogits: at.tap(logits, 'mask_logits') };
  }
}
