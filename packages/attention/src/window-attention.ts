import {
  attention,
  attentionOfParts,
  init,
  joinedLinears,
  Linear,
  linear,
  mayFuse,
  operationsPerStep,
  partsInSteps,
  type Scope,
  type Steps,
  tidySteps,
  turnBefore,
} from '@seg/core';
import { A_DIM, A_FLAG, expectConfig, expectDivisor } from '@seg/core/expect-options';
import * as tf from '@tensorflow/tfjs-core';
import { queryOperations } from './query-operations.ts';

/** Sizes of an attention within windows. Liu et al. 2021 (Swin), section 3.2. */
export type WindowAttentionConfig = {
  dim: number;
  numHeads: number;
  window: number;
  /** True if queries, keys and values have biases. Default: true. */
  qkvBias?: boolean;
};

/** Windows of a step are a multiple of it, so that their tokens are one of the tiles of products. */
const WINDOWS = 4;

/** Floating point operations in the time that a number takes from memory or to it. */
const MOVED = 32;

const CONFIG = { dim: A_DIM, numHeads: A_DIM, window: A_DIM, qkvBias: A_FLAG };

/** Self-attention inside windows with a learned bias per relative position. Liu et al. 2021 (Swin), eq. 4. */
export class WindowAttention {
  readonly scope: Scope;
  readonly config: WindowAttentionConfig;
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;
  readonly output: Linear;
  readonly biasTable: tf.Variable<tf.Rank.R2>; // [(2w − 1)², h]

  /** @param scope Holds `self.{query,key,value}`, `self.relative_position_bias_table` and `output.dense`. */
  constructor(scope: Scope, config: WindowAttentionConfig) {
    expectConfig('WindowAttention', config, CONFIG, ['dim', 'numHeads', 'window']);
    expectDivisor('WindowAttention', 'numHeads', config.dim, config.numHeads);
    const { dim, numHeads, window, qkvBias = true } = config;
    const projection = (name: string) =>
      new Linear(scope.at('self', name), { inDim: dim, outDim: dim, init: 'torch', bias: qkvBias });
    this.scope = scope;
    this.config = config;
    this.query = projection('query');
    this.key = projection('key');
    this.value = projection('value');
    this.output = new Linear(scope.at('output', 'dense'), { inDim: dim, outDim: dim, init: 'torch' });
    const table: [number, number] = [(2 * window - 1) ** 2, numHeads];
    this.biasTable = scope.at('self').param('relative_position_bias_table', table, init.truncatedNormal(0.02));
  }

  /**
   * @param windows [B · windows, w², C]
   * @param regionBias [windows, w², w²] of zeros and −100 that keeps shifted windows from looking across the seam
   */
  forward(windows: tf.Tensor3D, regionBias?: tf.Tensor3D): tf.Tensor3D {
    return this.scope.tap(this.look(windows, regionBias));
  }

  /** {@link forward} in steps, to the same bytes: where there are many windows, some after the others. */
  *forwardSteps(windows: tf.Tensor3D, regionBias?: tf.Tensor3D): Steps<tf.Tensor3D> {
    const operations = windows.shape[0] * this.operations(windows.shape[1]);
    if (operations > operationsPerStep()) return this.scope.tap(yield* tidySteps(this.inParts(windows, regionBias)));
    yield* turnBefore(operations);
    return this.forward(windows, regionBias);
  }

  /** Floating point operations of a window of as many tokens. */
  private operations(length: number): number {
    const { dim } = this.config;
    return length * (8 * dim * (dim + MOVED) + queryOperations(length, this.config));
  }

  /** Windows of an image after those of the one before, since each image has all regions. */
  private *inParts(windows: tf.Tensor3D, regionBias: tf.Tensor3D | undefined): Steps<tf.Tensor3D> {
    const [count, length] = windows.shape;
    const ofImage = regionBias?.shape[0] ?? count;
    const rows = { length: ofImage, operations: this.operations(length), multiple: WINDOWS };
    const parts: tf.Tensor3D[] = [];
    for (let image = 0; image < count; image += ofImage) {
      const ofThis = yield* partsInSteps(rows, (start, size) => {
        const some = <T extends tf.Tensor>(x: T, from: number): T => tf.slice(x, from, size);
        return this.look(some(windows, image + start), regionBias && some(regionBias, start));
      });
      parts.push(...ofThis);
    }
    return tf.concat(parts, 0);
  }

  private look(windows: tf.Tensor3D, regionBias: tf.Tensor3D | undefined): tf.Tensor3D {
    return tf.tidy(() => {
      const { dim, numHeads } = this.config;
      const [count, length] = windows.shape;
      if (!this.scope.training && mayFuse()) return this.output.forward(this.lookAround(windows, regionBias));
      const heads = (x: tf.Tensor3D): tf.Tensor4D => tf.reshape(x, [count, length, numHeads, dim / numHeads]);
      const gathered = attention(
        heads(this.query.forward(windows)),
        heads(this.key.forward(windows)),
        heads(this.value.forward(windows)),
        this.bias(count, regionBias),
      );
      return this.output.forward(tf.reshape(gathered, windows.shape));
    });
  }

  /** Queries, keys and values by one product. @returns [B · windows, w², C] */
  private lookAround(windows: tf.Tensor3D, regions: tf.Tensor3D | undefined): tf.Tensor3D {
    const { dim, numHeads } = this.config;
    const [weight, joined] = joinedLinears(this.scope, 'parts', [this.query, this.key, this.value]);
    const packed = linear(windows, weight, joined);
    const bias = this.bias(windows.shape[0], undefined);
    const inputs = { query: packed, key: packed, value: packed, bias, regions };
    return attentionOfParts(inputs, { numHeads, dim, parts: [0, 1, 2] });
  }

  /** @returns [B · windows | 1, h, w², w²] */
  private bias(count: number, regionBias: tf.Tensor3D | undefined): tf.Tensor4D {
    const [positional] = this.scope.derive('relative_bias', () => [this.relativeBias()]);
    if (regionBias === undefined) return positional;
    const [windows, length] = regionBias.shape;
    const perWindow = tf.add<tf.Tensor4D>(positional, tf.reshape(regionBias, [windows, 1, length, length]));
    return windows === count ? perWindow : tf.tile(perWindow, [count / windows, 1, 1, 1]);
  }

  /** @returns [1, h, w², w²] */
  private relativeBias(): tf.Tensor4D {
    const { numHeads, window } = this.config;
    const length = window * window;
    const index = tf.tensor1d(relativeIndex(window), 'int32');
    const rows = tf.reshape(tf.gather(this.biasTable, index), [length, length, numHeads]);
    return tf.expandDims(tf.transpose(rows, [2, 0, 1]), 0);
  }
}

/** Row of the bias table for every pair (i, j) of a window: (yᵢ − yⱼ + w − 1)(2w − 1) + (xᵢ − xⱼ + w − 1). */
function relativeIndex(window: number): Int32Array {
  const length = window * window;
  const index = new Int32Array(length * length);
  for (let i = 0; i < length; i++) {
    for (let j = 0; j < length; j++) {
      const dy = Math.floor(i / window) - Math.floor(j / window) + window - 1;
      const dx = (i % window) - (j % window) + window - 1;
      index[i * length + j] = dy * (2 * window - 1) + dx;
    }
  }
  return index;
}
