import {
  ACTIVATIONS,
  type ActivationName,
  activate,
  BatchNorm,
  type BatchNormConfig,
  Conv2d,
  ConvNorm,
  init,
  maxPool,
  recomputeSteps,
  runSteps,
  type Scope,
  type Steps,
  tidySteps,
} from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { BOOLEAN, type FieldsOf, listOf, oneOf, optional, SIZE, SOME_LAYERS } from '../description/check-fields.ts';
import { expectPixels } from './expect-pixels.ts';

/** Sizes and variants of a ResNet. He et al. 2016, Table 1. */
export type ResNetConfig = {
  type: 'resnet';
  /** Channels of the stem. */
  stemDim: number;
  /** Blocks of each stage. */
  depths: readonly number[];
  /** Output channels of each stage; a bottleneck is a quarter as wide. */
  dims: readonly number[];
  /** `bottleneck` is 1×1, 3×3, 1×1; `basic`, of ResNet-18 and 34, two of 3×3. Default: bottleneck. */
  block?: 'bottleneck' | 'basic';
  /** `basic` is one 7×7 convolution; `deep` three of 3×3, as deeplab and "R101c" have it. Default: basic. */
  stem?: 'basic' | 'deep';
  /** Dilation of each block of the last stage. Default: all one. */
  lastStageDilations?: readonly number[];
  /** Statistics in training; see {@link BatchNormConfig}. Default: frozen, as all published recipes but Cityscapes'. */
  batchNorm?: BatchNormConfig['mode'];
  /** Of the stem and behind each sum; within blocks it is relu, as in Hugging Face's port. Default: relu. */
  activation?: ActivationName;
  /** True if the first stage halves the resolution too. Default: false. */
  downsampleFirst?: boolean;
  /** Convolution of a bottleneck that has the stride. Default: 3x3; 1x1 is He et al. 2016's own. */
  strideIn?: '3x3' | '1x1';
};

/** A check for each field of ResNetConfig in a file. */
export const RESNET_FIELDS: FieldsOf<Omit<ResNetConfig, 'type'>> = {
  stemDim: SIZE,
  depths: listOf(SOME_LAYERS, 4),
  dims: listOf(SIZE, 4),
  block: optional(oneOf('bottleneck', 'basic')),
  stem: optional(oneOf('basic', 'deep')),
  lastStageDilations: optional(listOf(SIZE)),
  batchNorm: optional(oneOf('frozen', 'batch')),
  activation: optional(oneOf(...ACTIVATIONS)),
  downsampleFirst: optional(BOOLEAN),
  strideIn: optional(oneOf('3x3', '1x1')),
};

/** He et al. 2016, Table 1, 18-layer. */
export const RESNET18: ResNetConfig = {
  type: 'resnet',
  stemDim: 64,
  depths: [2, 2, 2, 2],
  dims: [64, 128, 256, 512],
  block: 'basic',
};

/** He et al. 2016, Table 1, 34-layer. */
export const RESNET34: ResNetConfig = { ...RESNET18, depths: [3, 4, 6, 3] };

/** He et al. 2016, Table 1, 50-layer. */
export const RESNET50: ResNetConfig = {
  type: 'resnet',
  stemDim: 64,
  depths: [3, 4, 6, 3],
  dims: [256, 512, 1024, 2048],
};

/** He et al. 2016, Table 1, 101-layer. */
export const RESNET101: ResNetConfig = { ...RESNET50, depths: [3, 4, 23, 3] };

/** detectron2's R-103: ResNet-101 with the three-convolution stem and dilations 1, 2, 4 in the last stage. */
export const RESNET101C: ResNetConfig = { ...RESNET101, stem: 'deep', lastStageDilations: [1, 2, 4] };

/**
 * ResNet, its stride in the (first) 3×3 convolution of a block unless told. He et al. 2016. Keys are those of Hugging
 * Face's port; other namings load through a key map.
 */
export class ResNet {
  readonly scope: Scope;
  readonly stem: ConvNorm[];
  readonly stages: Block[][];
  readonly dims: readonly number[];
  readonly activation: ActivationName;

  constructor(scope: Scope, config: ResNetConfig) {
    this.scope = scope;
    this.dims = config.dims;
    this.activation = config.activation ?? 'relu';
    this.stem = stem(scope.at('embedder'), config);
    let inDim = stemOutput(config);
    this.stages = config.depths.map((depth, i) => {
      const blocks = Array.from({ length: depth }, (_, j) => {
        const last = i === config.depths.length - 1;
        const sizes: BlockConfig = {
          inDim: j === 0 ? inDim : config.dims[i],
          outDim: config.dims[i],
          stride: j === 0 && (i > 0 || config.downsampleFirst) ? 2 : 1,
          dilation: (last ? config.lastStageDilations?.[j] : undefined) ?? 1,
          mode: config.batchNorm ?? 'frozen',
          activation: this.activation,
        };
        const at = scope.at('encoder', 'stages', i, 'layers', j);
        return config.block === 'basic'
          ? new BasicBlock(at, sizes)
          : new Bottleneck(at, { ...sizes, strideFirst: config.strideIn === '1x1' });
      });
      inDim = config.dims[i];
      return blocks;
    });
  }

  /**
   * @param pixels [B, H, W, 3]
   * @returns One map per stage at strides 4, 8, 16, 32, or their doubles: [B, ⌈H/s⌉, ⌈W/s⌉, dims[i]]
   */
  forward(pixels: tf.Tensor4D): tf.Tensor4D[] {
    return runSteps(this.forwardSteps(pixels));
  }

  /** {@link forward} block by block. */
  forwardSteps(pixels: tf.Tensor4D): Steps<tf.Tensor4D[]> {
    expectPixels('ResNet.forward', pixels);
    return tidySteps(this.maps(pixels));
  }

  private *maps(pixels: tf.Tensor4D): Steps<tf.Tensor4D[]> {
    let x = yield* tidySteps(this.stemmed(pixels));
    const maps: tf.Tensor4D[] = [];
    for (const blocks of this.stages) {
      for (const block of blocks) {
        yield;
        const next = yield* recomputeSteps(block.scope, (map) => block.forwardSteps(map as tf.Tensor4D), [x]);
        if (!this.scope.training && block !== blocks[0]) x.dispose();
        x = next;
      }
      maps.push(x);
    }
    return maps;
  }

  private *stemmed(pixels: tf.Tensor4D): Steps<tf.Tensor4D> {
    let stemmed = pixels;
    for (const conv of this.stem) {
      stemmed = yield* conv.forwardSteps(stemmed, this.activation);
      yield;
    }
    return this.scope.at('embedder').tap(maxPool(stemmed, { size: 3, strides: 2, padding: 1 }));
  }
}

function stem(scope: Scope, { stem: kind = 'basic', stemDim, batchNorm }: ResNetConfig): ConvNorm[] {
  const basic = [{ name: 'embedder', inDim: 3, outDim: stemDim, kernel: 7, stride: 2 }];
  const deep = [
    { name: 'embedder', inDim: 3, outDim: stemDim, kernel: 3, stride: 2 },
    { name: 'conv2', inDim: stemDim, outDim: stemDim, kernel: 3, stride: 1 },
    { name: 'conv3', inDim: stemDim, outDim: stemDim * 2, kernel: 3, stride: 1 },
  ];
  return (kind === 'basic' ? basic : deep).map(({ name, ...config }) => convNorm(scope.at(name), config, batchNorm));
}

function stemOutput({ stem: kind = 'basic', stemDim }: ResNetConfig): number {
  return kind === 'basic' ? stemDim : stemDim * 2;
}

type LayerSizes = { inDim: number; outDim: number; kernel: number; stride?: number; dilation?: number };

function convNorm(scope: Scope, sizes: LayerSizes, mode: BatchNormConfig['mode'] = 'frozen'): ConvNorm {
  const padding = ((sizes.kernel - 1) / 2) * (sizes.dilation ?? 1);
  const conv = new Conv2d(scope.at('convolution'), { ...sizes, padding, bias: false, init: init.kaimingNormal });
  return new ConvNorm(scope, conv, new BatchNorm(scope.at('normalization'), { dim: sizes.outDim, mode }));
}

type BlockConfig = {
  inDim: number;
  outDim: number;
  stride: number;
  dilation: number;
  mode: BatchNormConfig['mode'];
  activation: ActivationName;
};

type Block = { scope: Scope; forwardSteps(x: tf.Tensor4D): Steps<tf.Tensor4D> };

/** a(x + F(x)) with F = 3×3, 3×3, and a projection of x where its shape changes. He et al. 2016, figure 5 left. */
class BasicBlock {
  readonly scope: Scope;
  readonly first: ConvNorm;
  readonly second: ConvNorm;
  readonly shortcut: ConvNorm | undefined;
  readonly activation: ActivationName;

  constructor(scope: Scope, { inDim, outDim, stride, dilation, mode, activation }: BlockConfig) {
    const changes = inDim !== outDim || stride !== 1;
    this.scope = scope;
    this.activation = activation;
    this.first = convNorm(scope.at('layer', 0), { inDim, outDim, kernel: 3, stride, dilation }, mode);
    this.second = convNorm(scope.at('layer', 1), { inDim: outDim, outDim, kernel: 3, dilation }, mode);
    this.shortcut = changes ? convNorm(scope.at('shortcut'), { inDim, outDim, kernel: 1, stride }, mode) : undefined;
  }

  *forwardSteps(x: tf.Tensor4D): Steps<tf.Tensor4D> {
    const inner = yield* this.first.forwardSteps(x, 'relu');
    yield;
    const branch = yield* this.second.forwardSteps(inner);
    const skipped = this.shortcut ? yield* this.shortcut.forwardSteps(x) : x;
    return this.scope.tap(activate(tf.add<tf.Tensor4D>(branch, skipped), this.activation));
  }
}

/**
 * a(x + F(x)) with F = 1×1, 3×3, 1×1, and a projection of x where its shape changes. He et al. 2016, figure 5 right.
 */
class Bottleneck {
  readonly scope: Scope;
  readonly reduce: ConvNorm;
  readonly spatial: ConvNorm;
  readonly expand: ConvNorm;
  readonly shortcut: ConvNorm | undefined;
  readonly activation: ActivationName;

  constructor(scope: Scope, config: BlockConfig & { strideFirst: boolean }) {
    const { inDim, outDim, stride, strideFirst, dilation, mode, activation } = config;
    const width = Math.floor(outDim / 4);
    const changes = inDim !== outDim || stride !== 1;
    const layer = (i: number, sizes: LayerSizes) => convNorm(scope.at('layer', i), sizes, mode);
    this.scope = scope;
    this.activation = activation;
    this.reduce = layer(0, { inDim, outDim: width, kernel: 1, stride: strideFirst ? stride : 1 });
    this.spatial = layer(1, { inDim: width, outDim: width, kernel: 3, stride: strideFirst ? 1 : stride, dilation });
    this.expand = layer(2, { inDim: width, outDim, kernel: 1 });
    this.shortcut = changes ? convNorm(scope.at('shortcut'), { inDim, outDim, kernel: 1, stride }, mode) : undefined;
  }

  *forwardSteps(x: tf.Tensor4D): Steps<tf.Tensor4D> {
    const reduced = yield* this.reduce.forwardSteps(x, 'relu');
    yield;
    const branch = yield* this.spatial.forwardSteps(reduced, 'relu');
    yield;
    const { expand, shortcut, activation } = this;
    const sum = shortcut
      ? expand.forwardBesideSteps(branch, x, shortcut, activation)
      : expand.forwardSumSteps(branch, x, activation);
    return this.scope.tap(yield* sum);
  }
}
