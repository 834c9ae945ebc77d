import {
  axialAttention,
  init,
  linear,
  matMul,
  rowsInSteps,
  rowsPerStep,
  runSteps,
  type Scope,
  type Steps,
  tidySteps,
} from '@seg/core';
import { A_DIM, expectConfig, expectDivisor } from '@seg/core/expect-options';
import * as tf from '@tensorflow/tfjs-core';
import { KerasBatchNorm } from './keras-batch-norm.ts';

/** Sizes of one axial attention. Wang et al. 2020 (Axial-DeepLab), section 3.2. */
export type AxialAttentionConfig = {
  inDim: number;
  /** Channels of all heads' queries, and of their keys. */
  keyDim: number;
  /** Channels of all heads' values. */
  valueDim: number;
  numHeads: number;
};

/** Rows from the first of a relative position table to the one of distance 0. */
const MAX_DISTANCE = 254;

const CONFIG = { inDim: A_DIM, keyDim: A_DIM, valueDim: A_DIM, numHeads: A_DIM };

/**
 * Attention along one axis with relative positions of queries, keys and values: softmax(qᵀk + qᵀr^q + kᵀr^k)(v + r^v),
 * each product normalized by a batch norm of its own instead of a scale. Wang et al. 2020 (Axial-DeepLab), eq. 4 and
 * section 3.2; deeplab2 `axial_layers.AxialAttention`.
 */
export class AxialAttention {
  readonly scope: Scope;
  readonly config: AxialAttentionConfig;
  readonly projection: tf.Variable<tf.Rank.R2>; // [in, 2K + V]
  readonly projectionNorm: KerasBatchNorm;
  readonly similarityNorm: KerasBatchNorm;
  readonly retrievedNorm: KerasBatchNorm;
  /** Of queries, keys and values: [509, d] each, shared by all heads. */
  readonly positions: [tf.Variable, tf.Variable, tf.Variable];

  constructor(scope: Scope, config: AxialAttentionConfig) {
    expectConfig('AxialAttention', config, CONFIG, ['inDim', 'keyDim', 'valueDim', 'numHeads']);
    expectDivisor('AxialAttention', 'numHeads', config.keyDim, config.numHeads);
    expectDivisor('AxialAttention', 'numHeads', config.valueDim, config.numHeads);
    const { inDim, keyDim, valueDim, numHeads } = config;
    const outDim = 2 * keyDim + valueDim;
    const [keySize, valueSize] = [keyDim / numHeads, valueDim / numHeads];
    const table = (name: string, size: number) =>
      scope.at(name).param('embeddings', [2 * MAX_DISTANCE + 1, size], init.truncatedNormal(1));
    this.scope = scope;
    this.config = config;
    this.projection = scope.param('qkv_kernel', [inDim, outDim], init.truncatedNormal(inDim ** -0.5));
    this.projectionNorm = new KerasBatchNorm(scope.at('_batch_norm_qkv'), { shape: [outDim] });
    this.similarityNorm = new KerasBatchNorm(scope.at('_batch_norm_similarity'), { shape: [3, 1, numHeads, 1, 1] });
    const retrieved = { shape: [2, 1, numHeads, 1, valueSize] };
    this.retrievedNorm = new KerasBatchNorm(scope.at('_batch_norm_retrieved_output'), retrieved);
    this.positions = [table('_query_rpe', keySize), table('_key_rpe', keySize), table('_value_rpe', valueSize)];
  }

  /** @param x [B, L, in] @returns [B, L, V] */
  forward(x: tf.Tensor3D): tf.Tensor3D {
    return runSteps(this.forwardSteps(x));
  }

  /** {@link forward} in steps: the projection, then products with the projected. */
  forwardSteps(x: tf.Tensor3D): Steps<tf.Tensor3D> {
    return tidySteps(this.attend(x));
  }

  private *attend(x: tf.Tensor3D): Steps<tf.Tensor3D> {
    const [batch, length] = x.shape;
    const projected = yield* this.projectSteps(x);
    yield;
    const [query, key, value] = this.heads(projected);
    const [queryPositions, keyPositions, valuePositions] = this.relativePositions(length);
    const similarities = [
      matMul<tf.Tensor4D>(query, key, false, true), // [B, h, L, L]
      alongRows(query, queryPositions, true),
      tf.transpose(alongRows(key, keyPositions, true), [0, 1, 3, 2]),
    ];
    const logits = tf.sum<tf.Tensor4D>(this.similarityNorm.forward(tf.stack(similarities)), 0);
    const weights = tf.softmax(logits);
    yield;
    const retrieved = [matMul<tf.Tensor4D>(weights, value), alongRows(weights, valuePositions, false)];
    const sum = tf.sum<tf.Tensor4D>(this.retrievedNorm.forward(tf.stack(retrieved)), 0); // [B, h, L, d]
    return tf.reshape(tf.transpose(sum, [0, 2, 1, 3]), [batch, length, this.config.valueDim]);
  }

  /** {@link forward} of all lines of a map at once, in inference. @param x [B, H, W, in] @returns [B, H, W, V] */
  alongAxis(x: tf.Tensor4D, axis: 1 | 2): tf.Tensor4D {
    return tf.tidy(() => {
      const { numHeads, keyDim, valueDim } = this.config;
      const [similarityScale, retrievedScale, shift] = this.scope.derive('factors', () => {
        const [similarity] = this.similarityNorm.affine();
        const [scale, shifts] = this.retrievedNorm.affine();
        const size = valueDim / numHeads;
        return [
          tf.reshape(similarity, [3, numHeads]),
          tf.reshape(scale, [2, numHeads, size]),
          tf.reshape(tf.sum(shifts, 0), [numHeads, size]),
        ];
      });
      const [queryTable, keyTable, valueTable] = this.positions;
      const tables = { queryTable, keyTable, valueTable };
      const packed = this.project(x);
      return axialAttention({ packed, ...tables, similarityScale, retrievedScale, shift }, { numHeads, keyDim, axis });
    });
  }

  /** Lines one behind the other, and some of their rows a step. @returns [B, L, 2K + V] */
  private *projectSteps(x: tf.Tensor3D): Steps<tf.Tensor3D> {
    const [batch, length, dim] = x.shape;
    const operations = 2 * this.projection.size;
    if (this.scope.training || rowsPerStep(operations, 1) >= batch * length) return this.project(x);
    const rows = tf.reshape(x, [1, batch * length, dim]);
    const projected = yield* rowsInSteps(rows, operations, (part) => this.project(part));
    return tf.reshape(projected, [batch, length, projected.shape[2]!]);
  }

  /** @returns [..., 2K + V] */
  private project<T extends tf.Tensor>(x: T): T {
    if (this.scope.training) return this.projectionNorm.forward(linear(x, this.projection));
    const [weight, bias] = this.scope.derive('folded', () => {
      const [scale, shift] = this.projectionNorm.affine();
      return [tf.mul(this.projection, scale), shift];
    });
    return linear(x, weight, bias);
  }

  /** @returns Query, key and value, [B, h, L, d] each */
  private heads(projected: tf.Tensor3D): tf.Tensor4D[] {
    const { keyDim, valueDim, numHeads } = this.config;
    const [batch, length] = projected.shape;
    return tf.split(projected, [keyDim, keyDim, valueDim], 2).map((part) => {
      const shape: [number, number, number, number] = [batch, length, numHeads, part.shape[2]! / numHeads];
      return tf.transpose(tf.reshape(part, shape), [0, 2, 1, 3]);
    });
  }

  /** Of queries [l, m, d], of keys [m, l, d], of values [l, m, d]. */
  private relativePositions(length: number): tf.Tensor3D[] {
    const compute = (): tf.Tensor3D[] => {
      const [query, key, value] = this.positions.map((table) => gathered(table, length));
      return [query, tf.transpose(key, [1, 0, 2]), value];
    };
    return this.scope.derive('positions', compute, `${length}`);
  }
}

/** Rows of a table by distance from l to m, m − l. @returns [l, m, d] */
function gathered(table: tf.Variable, length: number): tf.Tensor3D {
  const rows = new Int32Array(length * length);
  for (let i = 0; i < rows.length; i++) {
    const distance = (i % length) - Math.floor(i / length);
    rows[i] = Math.max(-MAX_DISTANCE, Math.min(distance, MAX_DISTANCE)) + MAX_DISTANCE;
  }
  return tf.reshape(tf.gather(table, tf.tensor1d(rows, 'int32')), [length, length, table.shape[1]!]);
}

/**
 * For every place l its own matrix: x[b, h, l, :] · positions[l].
 *
 * @param x [B, h, L, n]
 * @param positions [L, n, m], or [L, m, n] with `transposed`
 * @returns [B, h, L, m]
 */
function alongRows(x: tf.Tensor4D, positions: tf.Tensor3D, transposed: boolean): tf.Tensor4D {
  const [batch, heads, length, size] = x.shape;
  const rows = tf.reshape(tf.transpose(x, [2, 0, 1, 3]), [length, batch * heads, size]);
  const product = matMul<tf.Tensor3D>(rows, positions, false, transposed);
  const shape: [number, number, number, number] = [length, batch, heads, product.shape[2]];
  return tf.transpose(tf.reshape(product, shape), [1, 2, 0, 3]);
}
