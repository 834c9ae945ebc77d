import { sinePosition } from '@seg/attention';
import {
  type ActivationName,
  type Conv2d,
  detach,
  init,
  LayerNorm,
  Linear,
  type MaskBiasInputs,
  type MaskPrediction,
  Mlp,
  maskBias,
  matMul,
  mayFuse,
  resizeBilinear,
  runSteps,
  type Scope,
  type Size,
  type Steps,
  tidySteps,
} from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { expectSizes } from '../expect-sizes.ts';
import type { PixelFeatures, UnprojectedFeatures } from '../pixel-decoder/deformable-pixel-decoder.ts';
import { maskLogits, projectedMask, projectedMaskLogits, projectedMaskLogitsSteps } from '../prediction/mask-logits.ts';
import { type MaskedDecoderInputs, MaskedDecoderLayer } from './masked-decoder-layer.ts';

/** Sizes of Mask2Former's query decoder. */
export type MaskedDecoderConfig = {
  dim: number;
  maskDim: number;
  numQueries: number;
  numClasses: number;
  /** Layers proper; there is one prediction more. */
  numLayers: number;
  numHeads: number;
  ffnDim: number;
  numLevels: number;
  /** Of the feed-forward networks. Default: relu. */
  activation?: ActivationName;
  /** True if norms stand before their branches. Default: false, as published. */
  preNorm?: boolean;
};

/** A scale as the layers read it, and the size of its map. */
type PreparedScale = Pick<MaskedDecoderInputs, 'pixels' | 'keys' | 'keyPosition'> & { size: Size };

/**
 * Transformer decoder with masked attention. Cheng et al. 2022, section 3.2: learnable query features are supervised
 * before the first layer; layer i reads scale i mod 3, coarse to fine. Keys are those of Hugging Face's port, where
 * this is `model.transformer_module` and the class head stands beside it.
 */
export class MaskedDecoder {
  readonly scope: Scope;
  readonly config: MaskedDecoderConfig;
  readonly queryFeatures: tf.Variable<tf.Rank.R2>; // [N, C]
  readonly queryPosition: tf.Variable<tf.Rank.R2>; // [N, C]
  readonly levelEmbedding: tf.Variable<tf.Rank.R2>; // [3, C]
  readonly layers: MaskedDecoderLayer[];
  readonly norm: LayerNorm;
  readonly classHead: Linear;
  readonly maskHead: Mlp;

  /** @param scope Of the transformer @param classScope Of the class head */
  constructor(scope: Scope, classScope: Scope, config: MaskedDecoderConfig) {
    expectSizes(
      'MaskedDecoder',
      config,
      ['dim', 'maskDim', 'numQueries', 'numClasses', 'numLayers', 'numHeads', 'ffnDim', 'numLevels'],
      ['activation', 'preNorm'],
    );
    const { dim, maskDim, numQueries, numClasses, numLayers, numLevels } = config;
    const { numHeads, ffnDim, activation, preNorm } = config;
    const layer = { dim, numHeads, ffnDim, activation, preNorm };
    const decoder = scope.at('decoder');
    this.scope = scope;
    this.config = config;
    this.queryFeatures = scope.at('queries_features').param('weight', [numQueries, dim], init.normal(1));
    this.queryPosition = scope.at('queries_embedder').param('weight', [numQueries, dim], init.normal(1));
    this.levelEmbedding = scope.at('level_embed').param('weight', [numLevels, dim], init.normal(1));
    this.layers = Array.from({ length: numLayers }, (_, i) => new MaskedDecoderLayer(decoder.at('layers', i), layer));
    this.norm = new LayerNorm(decoder.at('layernorm'), { dim });
    const embedder = decoder.at('mask_predictor', 'mask_embedder');
    this.maskHead = new Mlp(
      [0, 1, 2].map((i) => embedder.at(i, 0)),
      [dim, dim, dim, maskDim],
    );
    this.classHead = new Linear(classScope, { inDim: dim, outDim: numClasses + 1, init: 'torch' });
  }

  /**
   * All predictions, from the learned queries' own to the last layer's: what training supervises.
   *
   * @returns numLayers + 1 predictions
   */
  forward(features: PixelFeatures): MaskPrediction[] {
    return tf.tidy(() => {
      const scales = features.multiScale.map((map, i) => this.prepareScale(map, i));
      let queries = this.startingQueries(features.maskFeatures.shape[0]);
      const predictions = [this.predict(queries, features.maskFeatures, 0)];
      for (const [i, layer] of this.layers.entries()) {
        const { size, ...scale } = scales[i % scales.length];
        const { maskLogits: logits } = predictions[i];
        const bias = tf.tidy(() => this.attentionBias(resizeBilinear(detach(logits), size), i));
        queries = layer.forward({
          queries,
          queryPosition: this.queryPosition,
          ...scale,
          bias,
        });
        predictions.push(this.predict(queries, features.maskFeatures, i + 1));
      }
      return predictions;
    });
  }

  /**
   * The last prediction alone. Mask logits are linear in the pixels: attention masks come from pixels resized once a
   * scale instead of from logits resized at every layer, and the pixels' own projection is applied to the few queries
   * instead. Equal to {@link forward} up to rounding.
   *
   * @param projection The pixels' own: a 1×1 convolution from dim to maskDim channels
   */
  forwardLast(features: UnprojectedFeatures, projection: Conv2d): MaskPrediction {
    return runSteps(this.forwardLastSteps(features, projection));
  }

  /** {@link forwardLast} layer by layer. */
  forwardLastSteps(features: UnprojectedFeatures, projection: Conv2d): Steps<MaskPrediction> {
    return tidySteps(this.lastPrediction(features, projection));
  }

  private *lastPrediction({ multiScale, unprojected }: UnprojectedFeatures, projection: Conv2d): Steps<MaskPrediction> {
    const scales: (PreparedScale & { resized: tf.Tensor4D })[] = [];
    for (const [i, map] of multiScale.entries()) {
      yield;
      const scale = this.prepareScale(map, i);
      scales.push({ ...scale, resized: resizeBilinear(unprojected, scale.size) });
    }
    let queries = this.startingQueries(unprojected.shape[0]);
    let normed = this.norm.forward(queries);
    for (const i of this.layers.keys()) {
      yield;
      const before = { queries, normed };
      [queries, normed] = yield* tidySteps(this.layered(i, before, scales[i % scales.length], projection));
      tf.dispose(before);
    }
    yield;
    this.scope.tap(normed, 'embeddings');
    const classLogits = this.classHead.forward(normed);
    return {
      classLogits,
      maskLogits: yield* projectedMaskLogitsSteps(this.maskHead.forward(normed), unprojected, projection),
    };
  }

  /** A layer, and what the norm of the heads makes of it. */
  private *layered(
    index: number,
    { queries, normed }: { queries: tf.Tensor3D; normed: tf.Tensor3D },
    { resized, size: _, ...scale }: PreparedScale & { resized: tf.Tensor4D },
    projection: Conv2d,
  ): Steps<[queries: tf.Tensor3D, normed: tf.Tensor3D]> {
    const limits = this.limits(this.maskHead.forward(normed), resized, projection, index);
    yield;
    const inputs = { queries, queryPosition: this.queryPosition, ...scale, ...limits };
    return yield* this.layers[index].forwardThenSteps(inputs, this.norm);
  }

  /** Limits of the attention to pixels of a scale: a bias, or the mask that it would come from. */
  private limits(embeddings: tf.Tensor3D, pixels: tf.Tensor4D, projection: Conv2d, layer: number) {
    return tf.tidy((): Pick<MaskedDecoderInputs, 'bias' | 'mask'> => {
      if (mayFuse()) return { mask: this.attentionMask(projectedMask(embeddings, pixels, projection), layer) };
      return { bias: this.attentionBias(detach(projectedMaskLogits(embeddings, pixels, projection)), layer) };
    });
  }

  private startingQueries(batch: number): tf.Tensor3D {
    return tf.tile(tf.expandDims(this.queryFeatures, 0), [batch, 1, 1]);
  }

  /** A flattened map: the level embedding is part of keys and values, the sine position of keys only. */
  private prepareScale(map: tf.Tensor4D, index: number): PreparedScale {
    const { dim, numLevels } = this.config;
    const rows = () => tf.split(this.levelEmbedding, numLevels, 0);
    const embeddings = this.scope.derive('levels', rows);
    const [batch, height, width] = map.shape;
    const pixels = tf.add<tf.Tensor3D>(tf.reshape(map, [batch, height * width, dim]), embeddings[index]);
    const keyPosition = sinePosition(height, width, { dim });
    if (mayFuse()) return { pixels, keys: pixels, keyPosition, size: [height, width] };
    return { pixels, keys: tf.add<tf.Tensor3D>(pixels, keyPosition), size: [height, width] };
  }

  /** Heads read the normed stream; the stream itself stays as it is. */
  private predict(queries: tf.Tensor3D, maskFeatures: tf.Tensor4D, index: number): MaskPrediction {
    return tf.tidy(() => {
      const normed = this.norm.forward(queries);
      const at = this.scope.at('prediction', index);
      const classLogits = at.tap(this.classHead.forward(normed), 'class_logits');
      return {
        classLogits,
        maskLogits: at.tap(maskLogits(this.maskHead.forward(normed), maskFeatures), 'mask_logits'),
      };
    });
  }

  /**
   * eq. 3: zero where the mask logit is at least 0 (probability 0.5), far below elsewhere. A query whose mask is
   * empty may look everywhere, since a softmax over nothing has no value.
   *
   * @param logits [B, h, w, N] at the layer's scale
   * @returns [B, N, L]
   */
  private attentionBias(logits: tf.Tensor4D, layer: number): tf.Tensor3D {
    const [batch, height, width, numQueries] = logits.shape;
    const perQuery = tf.transpose(tf.reshape(logits, [batch, height * width, numQueries]), [0, 2, 1]); // [B, N, L]
    this.scope.tap(perQuery, `decoder.layers.${layer}.attention_mask_logits`);
    return maskBias({ products: perQuery, queries: perQuery });
  }

  /** Hands on the mask that {@link attentionBias} would come from, for an attention that makes the bias itself. */
  private attentionMask(mask: MaskBiasInputs, layer: number): MaskBiasInputs {
    if (this.scope.store.observer === null) return mask;
    const { products, queries, constants } = mask;
    const logits = constants ? tf.add(products, matMul(queries, tf.reshape(constants, [-1, 1]))) : products;
    this.scope.tap(logits, `decoder.layers.${layer}.attention_mask_logits`);
    return mask;
  }
}
