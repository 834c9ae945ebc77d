import { WindowAttention } from '@seg/attention';
import {
  ACTIVATIONS,
  type ActivationName,
  Conv2d,
  dropPath,
  fromWindows,
  fromWindowsThen,
  init,
  intoColumns,
  intoNormedWindows,
  intoWindows,
  LayerNorm,
  Linear,
  mayFuse,
  paddedToWindows,
  recomputeSteps,
  rowsInSteps,
  runSteps,
  type Scope,
  ShapeError,
  type Size,
  type Steps,
  tidySteps,
} from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import {
  BOOLEAN,
  COUNT,
  type FieldsOf,
  listOf,
  oneOf,
  optional,
  PART,
  POSITIVE,
  SIZE,
  SOME_LAYERS,
} from '../description/check-fields.ts';
import { expectPixels } from './expect-pixels.ts';

/** Sizes of a Swin Transformer. Liu et al. 2021, section 3.3. */
export type SwinConfig = {
  type: 'swin';
  /** Channels behind the patch embedding; they double at every stage. */
  dim: number;
  depths: readonly number[];
  numHeads: readonly number[];
  window: number;
  /** Largest probability of dropping a block in training; it grows from 0 linearly. Default: 0.3. */
  dropPath?: number;
  /**
   * Places of the body and the output norms in Hugging Face's ports: `mask2former` has `encoder…` and
   * `hidden_states_norms.stage1`…, `maskformer` has `model.encoder…` and `hidden_states_norms.0`…. Default:
   * mask2former.
   */
  keys?: 'mask2former' | 'maskformer';
  /** First stage behind which there is an output norm: Panoptic SegFormer has none behind stage 0. Default: 0. */
  firstNormed?: number;
  /** Side of the patches; strides of the maps are multiples of it. Default: 4. */
  patch?: number;
  /** Hidden channels of the MLPs over the stage's own, rounded down. Default: 4. */
  mlpRatio?: number;
  /** True if queries, keys and values have biases. Default: true. */
  qkvBias?: boolean;
  /** Of the MLPs. Default: gelu. */
  activation?: ActivationName;
  /** Epsilon of the norms within blocks. Default: 1e-5. */
  normEpsilon?: number;
  /** Patches of the only image size that learned positions serve. Default: 0, no such positions. */
  numPositions?: number;
};

/** A check for each field of SwinConfig in a file. */
export const SWIN_FIELDS: FieldsOf<Omit<SwinConfig, 'type'>> = {
  dim: SIZE,
  depths: listOf(SOME_LAYERS, 4),
  numHeads: listOf(SIZE, 4),
  window: SIZE,
  dropPath: optional(PART),
  keys: optional(oneOf('mask2former', 'maskformer')),
  firstNormed: optional(COUNT),
  patch: optional(SIZE),
  mlpRatio: optional(POSITIVE),
  qkvBias: optional(BOOLEAN),
  activation: optional(oneOf(...ACTIVATIONS)),
  normEpsilon: optional(POSITIVE),
  numPositions: optional(COUNT),
};

/** Liu et al. 2021, section 3.3, with the window of each published segmentation model. */
export const SWIN_TINY: SwinConfig = {
  type: 'swin',
  dim: 96,
  depths: [2, 2, 6, 2],
  numHeads: [3, 6, 12, 24],
  window: 7,
};
/** Liu et al. 2021, section 3.3. */
export const SWIN_SMALL: SwinConfig = { ...SWIN_TINY, depths: [2, 2, 18, 2] };
/** Liu et al. 2021, section 3.3; windows of 12 for images of 384 pixels, section 4.1. */
export const SWIN_BASE: SwinConfig = {
  type: 'swin',
  dim: 128,
  depths: [2, 2, 18, 2],
  numHeads: [4, 8, 16, 32],
  window: 12,
};
/** Liu et al. 2021, section 3.3; windows of 12 for images of 384 pixels, section 4.1. */
export const SWIN_LARGE: SwinConfig = {
  type: 'swin',
  dim: 192,
  depths: [2, 2, 18, 2],
  numHeads: [6, 12, 24, 48],
  window: 12,
};

/**
 * Swin Transformer as a backbone for dense prediction. Liu et al. 2021. Windows and shifts are never reduced for small
 * maps, unlike in the classification model. Keys are those of Hugging Face's port.
 */
export class Swin {
  readonly scope: Scope;
  readonly embed: Conv2d;
  readonly embedNorm: LayerNorm;
  readonly positions: tf.Variable<tf.Rank.R3> | undefined; // [1, patches, dim]
  readonly patch: number;
  readonly stages: SwinStage[];
  readonly norms: (LayerNorm | undefined)[];
  readonly dims: readonly number[];

  constructor(scope: Scope, config: SwinConfig) {
    const { dim, depths, keys = 'mask2former', firstNormed = 0, patch = 4, numPositions = 0 } = config;
    const body = keys === 'maskformer' ? scope.at('model') : scope;
    this.scope = body;
    this.dims = depths.map((_, i) => dim * 2 ** i);
    const embeddings = body.at('embeddings');
    this.embed = new Conv2d(embeddings.at('patch_embeddings', 'projection'), {
      inDim: 3,
      outDim: dim,
      kernel: patch,
      stride: patch,
    });
    this.patch = patch;
    this.embedNorm = new LayerNorm(embeddings.at('norm'), { dim });
    const shape: [number, number, number] = [1, numPositions, dim];
    this.positions = numPositions > 0 ? embeddings.param('position_embeddings', shape, init.zeros) : undefined;
    this.stages = depths.map((_, i) => new SwinStage(body.at('encoder', 'layers', i), config, i));
    const normKey = (i: number) => (keys === 'maskformer' ? i : `stage${i + 1}`);
    this.norms = this.dims.map((width, i) =>
      i < firstNormed ? undefined : new LayerNorm(scope.at('hidden_states_norms', normKey(i)), { dim: width }),
    );
  }

  /**
   * @param pixels [B, H, W, 3]
   * @returns One map per stage at strides 4, 8, 16, 32, or multiples of another patch
   * @throws ShapeError where there are learned positions, and not one for each patch
   */
  forward(pixels: tf.Tensor4D): tf.Tensor4D[] {
    return runSteps(this.forwardSteps(pixels));
  }

  /** {@link forward} block by block. */
  forwardSteps(pixels: tf.Tensor4D): Steps<tf.Tensor4D[]> {
    expectPixels('Swin.forward', pixels);
    return tidySteps(this.maps(pixels));
  }

  private *maps(pixels: tf.Tensor4D): Steps<tf.Tensor4D[]> {
    const patches = this.embed.forward(padToMultiple(pixels, this.patch));
    let x = this.scope.at('embeddings').tap(this.positioned(this.embedNorm.forward(patches)));
    const maps: tf.Tensor4D[] = [];
    for (const [i, stage] of this.stages.entries()) {
      const { output, next } = yield* tidySteps(stage.forwardSteps(x));
      x = next;
      maps.push(this.norms[i]?.forward(output) ?? output);
    }
    return maps;
  }

  private positioned(x: tf.Tensor4D): tf.Tensor4D {
    if (this.positions === undefined) return x;
    const [, height, width, dim] = x.shape;
    const count = this.positions.shape[1];
    if (height * width === count) return tf.add(x, tf.reshape(this.positions, [1, height, width, dim]));
    throw new ShapeError(`Swin: expected ${count} patches, as there are learned positions, got ${height}x${width}`);
  }
}

/** Floating point operations in the time of an activation: a GELU. */
const ACTIVATION = 64;

/** Zeros below and to the right until height and width are multiples. */
function padToMultiple(x: tf.Tensor4D, multiple: number): tf.Tensor4D {
  const [, height, width] = x.shape;
  const [bottom, right] = [height, width].map((size) => Math.ceil(size / multiple) * multiple - size);
  if (bottom === 0 && right === 0) return x;
  return tf.pad(x, [[0, 0], [0, bottom], [0, right], [0, 0]]); // biome-ignore format: one axis each
}

/** Blocks at one resolution, and the merging of 2×2 patches behind them. */
class SwinStage {
  readonly scope: Scope;
  readonly blocks: SwinBlock[];
  readonly mergeNorm: LayerNorm | undefined;
  readonly merge: Linear | undefined;

  constructor(scope: Scope, config: SwinConfig, index: number) {
    const { depths, numHeads, window } = config;
    const dim = config.dim * 2 ** index;
    const before = depths.slice(0, index).reduce((sum, depth) => sum + depth, 0);
    const total = depths.reduce((sum, depth) => sum + depth, 0);
    this.scope = scope;
    this.blocks = Array.from({ length: depths[index] }, (_, j) => {
      const dropRate = ((config.dropPath ?? 0.3) * (before + j)) / Math.max(1, total - 1);
      const shift = j % 2 === 1 ? Math.floor(window / 2) : 0;
      const sizes = { dim, numHeads: numHeads[index], window, shift, dropRate };
      return new SwinBlock(scope.at('blocks', j), { ...config, ...sizes });
    });
    if (index < depths.length - 1) {
      this.mergeNorm = new LayerNorm(scope.at('downsample', 'norm'), { dim: 4 * dim });
      this.merge = new Linear(scope.at('downsample', 'reduction'), { inDim: 4 * dim, outDim: 2 * dim, bias: false });
    }
  }

  /** @param x [B, H, W, C] @returns the map itself, and the merged one [B, ⌈H/2⌉, ⌈W/2⌉, 2C] */
  *forwardSteps(x: tf.Tensor4D): Steps<{ output: tf.Tensor4D; next: tf.Tensor4D }> {
    let output = x;
    for (const block of this.blocks) {
      yield;
      output = yield* recomputeSteps(block.scope, (map) => block.forwardSteps(map as tf.Tensor4D), [output]);
    }
    if (this.merge === undefined) return { output, next: output };
    yield;
    const merged = yield* tidySteps(this.merged(output, this.merge));
    return { output, next: this.scope.tap(merged, 'downsample') };
  }

  private *merged(map: tf.Tensor4D, merge: Linear): Steps<tf.Tensor4D> {
    const normed = this.mergeNorm!.forward(neighbors(map));
    yield;
    return yield* merge.forwardSteps(normed);
  }
}

/** Channels of each 2×2 patch side by side: (0,0), (1,0), (0,1), (1,1) as (row, column). @returns [B, H/2, W/2, 4C] */
function neighbors(x: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const [count, tall, wide, channels] = x.shape;
    if (mayFuse())
      return tf.reshape(intoColumns(x, 2), [count, Math.ceil(tall / 2), Math.ceil(wide / 2), 4 * channels]);
    const padded = padToMultiple(x, 2);
    const [batch, height, width, dim] = padded.shape;
    const patches = tf.reshape(padded, [batch * (height / 2), 2, width / 2, 2 * dim]); // [.., row, x, column·C]
    const [even, odd] = [0, 1].map((row) => tf.slice(patches, [0, row, 0, 0], [-1, 1, -1, -1]));
    const [evenLeft, evenRight] = tf.split(even, 2, 3);
    const [oddLeft, oddRight] = tf.split(odd, 2, 3);
    const joined = tf.concat([evenLeft, oddLeft, evenRight, oddRight], 3);
    return tf.reshape(joined, [batch, height / 2, width / 2, 4 * dim]);
  });
}

type SwinBlockConfig = Pick<SwinConfig, 'mlpRatio' | 'qkvBias' | 'activation' | 'normEpsilon'> & {
  dim: number;
  numHeads: number;
  window: number;
  shift: number;
  dropRate: number;
};

/** Liu et al. 2021, eq. 3: windowed attention and an MLP, each behind a norm and beside a skip. */
class SwinBlock {
  readonly scope: Scope;
  readonly config: SwinBlockConfig;
  readonly normBefore: LayerNorm;
  readonly attention: WindowAttention;
  readonly normAfter: LayerNorm;
  readonly expand: Linear;
  readonly contract: Linear;

  constructor(scope: Scope, config: SwinBlockConfig) {
    const { dim, numHeads, window, qkvBias, mlpRatio = 4, normEpsilon: epsilon } = config;
    const hiddenDim = Math.floor(dim * mlpRatio);
    this.scope = scope;
    this.config = config;
    this.normBefore = new LayerNorm(scope.at('layernorm_before'), { dim, epsilon });
    this.attention = new WindowAttention(scope.at('attention'), { dim, numHeads, window, qkvBias });
    this.normAfter = new LayerNorm(scope.at('layernorm_after'), { dim, epsilon });
    const weights = { weight: init.truncatedNormal(0.02), bias: init.zeros };
    this.expand = new Linear(scope.at('intermediate', 'dense'), { inDim: dim, outDim: hiddenDim, init: weights });
    this.contract = new Linear(scope.at('output', 'dense'), { inDim: hiddenDim, outDim: dim, init: weights });
  }

  /** @param x [B, H, W, C] */
  *forwardSteps(x: tf.Tensor4D): Steps<tf.Tensor4D> {
    if (!this.scope.training && mayFuse()) return this.scope.tap(this.fused(x));
    const attended = yield* tidySteps(this.attended(x));
    yield;
    if (this.scope.training) return this.scope.tap(this.mixed(attended)); // a branch is dropped for all of an image
    const operations = 4 * this.expand.weight.size + ACTIVATION * this.expand.weight.shape[1]!;
    return this.scope.tap(yield* rowsInSteps(attended, operations, (rows) => this.mixed(rows)));
  }

  /** The whole block, its norms in the kernels that cut windows and put them back. */
  private fused(x: tf.Tensor4D): tf.Tensor4D {
    return tf.tidy(() => {
      const { window, shift, activation = 'gelu' } = this.config;
      const size: Size = [x.shape[1], x.shape[2]];
      const windows = intoNormedWindows(x, { window, shift }, this.normBefore);
      const gathered = this.attention.forward(windows, this.regions(size));
      const [attended, normed] = fromWindowsThen(gathered, { window, shift, size }, x, this.normAfter);
      return this.contract.forwardSum(this.expand.forward(normed, activation), attended);
    });
  }

  /** The MLP beside its skip. @param x [B, …, C] */
  private mixed<T extends tf.Tensor>(x: T): T {
    return tf.tidy(() => {
      const { dropRate, activation = 'gelu' } = this.config;
      const hidden = this.expand.forward(this.normAfter.forward(x), activation);
      if (!this.scope.training) return this.contract.forwardSum(hidden, x);
      return tf.add<T>(x, dropPath(this.scope, this.contract.forward(hidden), dropRate));
    });
  }

  /** Padded tokens are zeros behind the norm: their keys and values are the biases, and they take part. */
  private *attended(x: tf.Tensor4D): Steps<tf.Tensor4D> {
    const { window, shift, dropRate } = this.config;
    const size: Size = [x.shape[1], x.shape[2]];
    const windows = intoWindows(this.normBefore.forward(x), { window, shift });
    yield;
    const gathered = yield* this.attention.forwardSteps(windows, this.regions(size));
    yield;
    if (!this.scope.training) return fromWindows(gathered, { window, shift, size }, x);
    return tf.add<tf.Tensor4D>(x, dropPath(this.scope, fromWindows(gathered, { window, shift, size }), dropRate));
  }

  private regions(size: Size): tf.Tensor3D | undefined {
    const { window, shift } = this.config;
    if (shift === 0) return undefined;
    const [height, width] = paddedToWindows(size, window);
    const bias = () => [regionBias(height, width, window, shift)];
    return this.scope.constant('regions', bias, `${height}x${width}`)[0];
  }
}

/** [windows, w², w²]: −100 where two cells of a window come from different sides of the seam. */
function regionBias(height: number, width: number, window: number, shift: number): tf.Tensor3D {
  const band = (position: number, size: number): number =>
    position < size - window ? 0 : position < size - shift ? 1 : 2;
  const [rows, columns] = [height / window, width / window];
  const length = window * window;
  const bias = new Float32Array(rows * columns * length * length);
  const regions = new Int32Array(length);
  for (let w = 0; w < rows * columns; w++) {
    const [top, left] = [Math.floor(w / columns) * window, (w % columns) * window];
    for (let i = 0; i < length; i++) {
      regions[i] = 3 * band(top + Math.floor(i / window), height) + band(left + (i % window), width);
    }
    for (let i = 0; i < length; i++) {
      for (let j = 0; j < length; j++) bias[(w * length + i) * length + j] = regions[i] === regions[j] ? 0 : -100;
    }
  }
  return tf.tensor3d(bias, [rows * columns, length, length]);
}
