import { matMul, type Scope } from '@seg/core';
import { A_DIM, expectConfig, expectDivisor } from '@seg/core/expect-options';
import * as tf from '@tensorflow/tfjs-core';
import { KerasBatchNorm } from './keras-batch-norm.ts';

/** Sizes of the attentions between pixels and memory. Wang et al. 2021 (MaX-DeepLab), section 3.3. */
export type DualPathAttentionConfig = {
  /** Channels of all heads' values. */
  valueDim: number;
  numHeads: number;
};

/** Both paths of the dual-path transformer: pixels and memory. */
export type DualPathAttentionInputs = {
  /** [B, N, K] */
  query: tf.Tensor3D;
  /** [B, L, K] */
  key: tf.Tensor3D;
  /** [B, L, V] */
  value: tf.Tensor3D;
};

const CONFIG = { valueDim: A_DIM, numHeads: A_DIM };

/**
 * relu(BN(softmax(BN(q kᵀ)) v)) in several heads: a batch norm over each head's similarities stands where others divide
 * by √d. Wang et al. 2021 (MaX-DeepLab), eq. 5 and 6; deeplab2 `dual_path_transformer.AttentionOperation`.
 */
export class DualPathAttention {
  readonly scope: Scope;
  readonly config: DualPathAttentionConfig;
  readonly similarityNorm: KerasBatchNorm;
  readonly retrievedNorm: KerasBatchNorm;

  constructor(scope: Scope, config: DualPathAttentionConfig) {
    expectConfig('DualPathAttention', config, CONFIG, ['valueDim', 'numHeads']);
    expectDivisor('DualPathAttention', 'numHeads', config.valueDim, config.numHeads);
    const { valueDim, numHeads } = config;
    this.scope = scope;
    this.config = config;
    const ofHeads = { shape: [numHeads], broadcast: [numHeads, 1, 1] };
    this.similarityNorm = new KerasBatchNorm(scope.at('_batch_norm_similarity'), ofHeads);
    const retrieved = { shape: [1, numHeads, 1, valueDim / numHeads] };
    this.retrievedNorm = new KerasBatchNorm(scope.at('_batch_norm_retrieved_value'), retrieved);
  }

  /** @returns [B, N, V] */
  forward({ query, key, value }: DualPathAttentionInputs): tf.Tensor3D {
    return tf.tidy(() => {
      const similarity = matMul<tf.Tensor4D>(this.heads(query), this.heads(key), false, true); // [B, h, N, L]
      const weights = tf.softmax(this.similarityNorm.forward(similarity));
      const retrieved = matMul<tf.Tensor4D>(weights, this.heads(value)); // [B, h, N, d]
      const activated = tf.relu(this.retrievedNorm.forward(retrieved));
      const [batch, length] = query.shape;
      return this.scope.tap(
        tf.reshape(tf.transpose(activated, [0, 2, 1, 3]), [batch, length, this.config.valueDim]) as tf.Tensor3D,
      );
    });
  }

  /** [B, L, h·d] → [B, h, L, d] */
  private heads(x: tf.Tensor3D): tf.Tensor4D {
    const { numHeads } = this.config;
    const [batch, length, dim] = x.shape;
    return tf.transpose(tf.reshape(x, [batch, length, numHeads, dim / numHeads]), [0, 2, 1, 3]);
  }
}
