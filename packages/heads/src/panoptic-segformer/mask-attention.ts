import { Linear, linear, matMul, resizeBilinear, type Scope, type Size, type Steps, tidySteps } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

/** Sizes of an attention whose maps become masks. */
export type MaskAttentionConfig = { dim: number; numHeads: number };

/** Queries and the tokens that they attend to, level by level. */
export type MaskAttentionInputs = {
  /** [B, N, C] */
  queries: tf.Tensor3D;
  /** [B, L, C], levels one after the other */
  memory: tf.Tensor3D;
  /** Height and width of the three levels, fine to coarse */
  levels: Size[];
};

/** Levels whose attention maps make a mask: strides 8, 16, 32. */
const NUM_LEVELS = 3;

/**
 * Attention maps that become masks: the logits Q Kᵀ/√d of all heads, cut into levels, brought to the finest and mixed
 * by a 1×1 convolution. Li et al. 2022, "Mask Decoder"; the authors' code adds a linear layer per level and
 * two ReLUs. The tail of the mask decoder is this alone. Keys are the authors'.
 */
export class MaskAttention {
  readonly scope: Scope;
  readonly config: MaskAttentionConfig;
  readonly query: Linear;
  readonly key: Linear;
  readonly perLevel: Linear[];
  readonly mix: Linear;

  constructor(scope: Scope, config: MaskAttentionConfig) {
    const { dim, numHeads } = config;
    this.scope = scope;
    this.config = config;
    this.query = new Linear(scope.at('q'), { inDim: dim, outDim: dim });
    this.key = new Linear(scope.at('k'), { inDim: dim, outDim: dim });
    this.perLevel = Array.from(
      { length: NUM_LEVELS },
      (_, i) => new Linear(scope.at(`linear_l${i + 1}`, 0), { inDim: numHeads, outDim: numHeads }),
    );
    this.mix = new Linear(scope.at('linear', 0), { inDim: NUM_LEVELS * numHeads, outDim: 1 });
  }

  /** Scaled, before the softmax. @returns [B, h, N, L] */
  logitsSteps(inputs: MaskAttentionInputs): Steps<tf.Tensor4D> {
    return tidySteps(this.products(inputs));
  }

  private *products({ queries, memory }: MaskAttentionInputs): Steps<tf.Tensor4D> {
    const { dim, numHeads } = this.config;
    const heads = (x: tf.Tensor3D): tf.Tensor4D =>
      tf.transpose(tf.reshape(x, [x.shape[0], x.shape[1], numHeads, dim / numHeads]), [0, 2, 1, 3]);
    const scaled = tf.mul(heads(this.query.forward(queries)), Math.sqrt(numHeads / dim));
    const keys = heads(yield* this.key.forwardSteps(memory));
    yield;
    return matMul<tf.Tensor4D>(scaled, keys, false, true);
  }

  /**
   * Masks are not negative and have no upper bound: above ½ is inside. No sigmoid.
   *
   * @param logits [B, h, N, L]
   * @returns [B, H, W, N] at the finest level
   */
  masks(logits: tf.Tensor4D, levels: Size[]): tf.Tensor4D {
    return tf.tidy(() => {
      const [batch, , numQueries] = logits.shape;
      const perPixel = tf.transpose(logits, [0, 2, 3, 1]); // [B, N, L, h]
      this.scope.tap(perPixel, 'attention_logits');
      const lengths = levels.map(([height, width]) => height * width);
      const parts = tf.split<tf.Tensor4D>(perPixel, lengths, 2);
      const atFinest = parts.map((part, i) => this.mixed(part, i, levels));
      const mixed = tf.reshape(tf.addN(atFinest), [batch, numQueries, ...levels[0]]);
      const before = this.scope.tap(tf.transpose(mixed, [0, 2, 3, 1]) as tf.Tensor4D, 'mask_before_relu');
      return this.scope.tap(tf.relu(before), 'mask');
    });
  }

  /**
   * A level's share of the mixed map. Resizing and mixing commute, both being linear: heads are mixed first, at the level's own
   * size, where the authors mix 3·h maps of the finest.
   *
   * @param part [B, N, H·W, h]
   * @returns [B·N, H₀, W₀, 1]
   */
  private mixed(part: tf.Tensor4D, level: number, levels: Size[]): tf.Tensor4D {
    const rectified = this.perLevel[level].forward(part, 'relu');
    const bias = level === 0 ? this.mix.bias : undefined; // once, and a resized constant is the same constant
    const maps = tf.reshape(linear(rectified, this.mixWeight(level), bias), [-1, ...levels[level], 1]) as tf.Tensor4D;
    return resizeBilinear(maps, levels[0]);
  }

  /** Rows of the mixing matrix that see a level. @returns [h, 1] */
  private mixWeight(level: number): tf.Tensor {
    const { numHeads } = this.config;
    const rows = () => [tf.slice(this.mix.weight, [level * numHeads, 0], [numHeads, 1])];
    return this.scope.derive(`mix${level}`, rows)[0];
  }
}
