import { detach, init, Linear, runSteps, type Scope, type Steps, tidySteps } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import { BoxRefinement } from './box-refinement.ts';
import type { DeformableLayerConfig, EncodedLevels } from './deformable-encoder.ts';
import { LocationDecoderLayer } from './location-decoder-layer.ts';

/** Sizes of the location decoder. */
export type LocationDecoderConfig = DeformableLayerConfig & {
  numLayers: number;
  numQueries: number;
  /** Thing classes. */
  numClasses: number;
};

/** Prediction of one layer of the location decoder. */
export type LocationPrediction = {
  /** [B, N, K], a sigmoid each */
  classLogits: tf.Tensor3D;
  /** [B, N, 4] as (cx, cy, w, h) in [0, 1] */
  boxes: tf.Tensor3D;
};

/** Output of the location decoder: its predictions and refined queries. */
export type Locations = {
  /** [B, N, C], behind the last layer: location-aware queries */
  queries: tf.Tensor3D;
  /** One per layer, or the last alone */
  predictions: LocationPrediction[];
};

/** Logit of a probability of 0.01: the classes of a new model. Lin et al. 2017, section 4.1. */
const PRIOR_LOGIT = -Math.log(99);

/**
 * Location decoder of Panoptic SegFormer: thing queries learn where things are, as Deformable DETR's do, with boxes
 * refined at every layer. Li et al. 2022, "Location Decoder". Keys are the authors'.
 */
export class LocationDecoder {
  readonly scope: Scope;
  readonly queryTable: tf.Variable<tf.Rank.R2>; // [N, 2C]: position, then content
  readonly reference: Linear;
  readonly layers: LocationDecoderLayer[];
  readonly classHeads: Linear[];
  readonly boxHeads: BoxRefinement[];

  /** @param scope Of the head; the layers are below its `transformer.decoder` */
  constructor(scope: Scope, { numLayers, numQueries, numClasses, ...config }: LocationDecoderConfig) {
    const { dim } = config;
    const perLayer = <T>(create: (i: number) => T): T[] => Array.from({ length: numLayers }, (_, i) => create(i));
    const transformer = scope.at('transformer');
    this.scope = scope;
    this.queryTable = scope.at('query_embedding').param('weight', [numQueries, 2 * dim], init.normal(1));
    this.reference = new Linear(transformer.at('reference_points'), { inDim: dim, outDim: 2 });
    this.layers = perLayer((i) => new LocationDecoderLayer(transformer.at('decoder', 'layers', i), config));
    const weights = { weight: init.torchDefault, bias: init.constant(PRIOR_LOGIT) };
    this.classHeads = perLayer(
      (i) => new Linear(scope.at('cls_branches', i), { inDim: dim, outDim: numClasses, init: weights }),
    );
    this.boxHeads = perLayer((i) => new BoxRefinement(scope.at('reg_branches', i), dim, i === 0 ? -2 : 0));
  }

  /** @param which Predictions that are read: without the others' class logits there is less to compute. Default: all */
  forward(encoded: EncodedLevels, which: 'all' | 'last' = 'all'): Locations {
    return runSteps(this.forwardSteps(encoded, which));
  }

  /** {@link forward} layer by layer. */
  forwardSteps(encoded: EncodedLevels, which: 'all' | 'last' = 'all'): Steps<Locations> {
    return tidySteps(this.locate(encoded, which));
  }

  private *locate(encoded: EncodedLevels, which: 'all' | 'last'): Steps<Locations> {
    const [position, content] = this.scope.derive('query_halves', () => tf.split<tf.Tensor2D>(this.queryTable, 2, 1));
    const points = this.scope.tap(this.reference.forward(tf.expandDims(position, 0)), 'transformer.reference_points');
    let queries = tf.tile(tf.expandDims(content, 0), [encoded.tokens.shape[0], 1, 1]) as tf.Tensor3D;
    let reference = tf.sigmoid(points) as tf.Tensor3D; // [1, N, 2]
    const predictions: LocationPrediction[] = [];
    for (const [i, layer] of this.layers.entries()) {
      queries = yield* layer.forwardSteps({ queries, position, encoded, reference });
      const at = this.scope.at('location_decoder', i);
      const boxes = at.tap(this.boxHeads[i].forward(queries, reference), 'boxes');
      if (which === 'all' || i === this.layers.length - 1 || this.scope.store.observer !== null) {
        predictions.push({ classLogits: at.tap(this.classHeads[i].forward(queries), 'class_logits'), boxes });
      }
      reference = detach(boxes);
      yield;
    }
    return { queries, predictions };
  }
}
