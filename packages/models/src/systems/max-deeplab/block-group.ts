import { type DualPath, DualPathTransformer } from '@seg/attention';
import { recomputeSteps, runSteps, type Scope, type Steps, tidySteps } from '@seg/core';
import type * as tf from '@tensorflow/tfjs-core';

import type { MaxEncoderConfig } from './config.ts';
import { ResidualBlock } from './residual-block.ts';

/** Blocks of one resolution, with or without transformers behind them. */
export type BlockGroupConfig = {
  inDim: number;
  outDim: number;
  depth: number;
  /** Of the first block. */
  stride: number;
  /** Stride of the group's input, counted as if every stage halved the resolution: 32 at the end of stage 5. */
  inputStride: number;
  /** The same of its output. */
  outputStride: number;
  memoryDim: number;
  encoder: MaxEncoderConfig;
};

/** Blocks that read at stride 16 or more are axial: Wang et al. 2021 (MaX-DeepLab), figure A.9, stages 4 and 5. */
const AXIAL_STRIDE = 16;

/** Residual blocks of one resolution, with a transformer behind each where the stride is large enough. */
export class BlockGroup {
  readonly blocks: ResidualBlock[];
  readonly transformers: DualPathTransformer[];

  constructor(scope: Scope, config: BlockGroupConfig) {
    const { inDim, outDim, depth, stride, inputStride, outputStride, encoder } = config;
    const { block, axialExpansion, numHeads } = encoder;
    const numbers = Array.from({ length: depth }, (_, i) => i + 1);
    const dropPath = dropRate(inputStride, encoder);
    this.blocks = numbers.map((i) => {
      const kind = (i === 1 ? inputStride : outputStride) >= AXIAL_STRIDE ? 'axial' : block;
      const sizes = { inDim: i === 1 ? inDim : outDim, outDim, width: outDim / 4, stride: i === 1 ? stride : 1 };
      return new ResidualBlock(scope.at(`_block${i}`), { kind, ...sizes, axialExpansion, numHeads, dropPath });
    });
    const hasTransformers = outputStride >= encoder.transformerStride;
    this.transformers = (hasTransformers ? numbers : []).map((i) => {
      const dim = (encoder.transformerExpansion * outDim) / 8;
      const { ffnDim } = encoder;
      const dims = { pixelDim: outDim, memoryDim: config.memoryDim, dim, ffnDim };
      return new DualPathTransformer(scope.at(`_block${i}_transformer`), { ...dims, numHeads, dropPath });
    });
  }

  /** @param input Pixels [B, H, W, in] @returns Pixels [B, H', W', out], not activated */
  forward(input: DualPath): DualPath {
    return runSteps(this.forwardSteps(input));
  }

  /** {@link forward} block by block. */
  forwardSteps(input: DualPath): Steps<DualPath> {
    return tidySteps(this.pass(input));
  }

  private *pass({ pixel, memory }: DualPath): Steps<DualPath> {
    for (const [i, block] of this.blocks.entries()) {
      yield;
      pixel = yield* recomputeSteps(block.scope, (map) => block.forwardSteps(map as tf.Tensor4D), [pixel]);
      const transformer = this.transformers[i];
      if (transformer === undefined) continue;
      yield;
      ({ pixel, memory } = yield* transformer.forwardSteps({ pixel, memory }));
    }
    return { pixel, memory };
  }
}

/** Grows with the logarithm of the stride, up to the full rate at 32. deeplab2 `drop_path.get_drop_path_keep_prob`. */
function dropRate(inputStride: number, { dropPath }: MaxEncoderConfig): number {
  if (inputStride < dropPath.fromStride) return 0;
  return (dropPath.rate * (Math.round(Math.log2(inputStride)) - 1)) / 4;
}
