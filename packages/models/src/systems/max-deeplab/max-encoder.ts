import { type DualPath, KerasConvNorm } from '@seg/attention';
import { init, runSteps, type Scope, type Steps, tidySteps } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import { expectPixels } from '../../backbones/expect-pixels.ts';

import { BlockGroup } from './block-group.ts';
import type { MaxEncoderConfig } from './config.ts';
import { type DecoderStep, decoderSteps } from './decoder-steps.ts';
import { ResizedFuse } from './resized-fuse.ts';
import { Stem } from './stem.ts';

/** Output of MaX-DeepLab's dual-path network, for the heads. */
export type MaxFeatures = {
  /** Maps of stages 2, 3 and 5, strides 4, 8 and 16, activated. */
  stages: { res2: tf.Tensor4D; res3: tf.Tensor4D; res5: tf.Tensor4D };
  /** Activated outputs of the decoder at stride 4, in their order; the last is the panoptic map. */
  highResolution: tf.Tensor4D[];
  /** [B, N, Cm] */
  classFeature: tf.Tensor3D;
  /** [B, N, Cm] */
  maskFeature: tf.Tensor3D;
};

type DecoderGroup = { step: DecoderStep; fuse: ResizedFuse | null; group: BlockGroup };

/** Index of a decoder's channels in `dims`, by stride. */
const STAGE_OF_STRIDE = { 4: 1, 8: 2, 16: 4 } as const;

/**
 * The dual-path network: a ResNet with axial blocks, a memory that joins it where its resolution is low, and a stacked
 * decoder. Wang et al. 2021 (MaX-DeepLab), sections 3.2 and 3.3, figure 3; deeplab2 `axial_resnet.AxialResNet`.
 */
export class MaxEncoder {
  readonly scope: Scope;
  readonly memory: tf.Variable<tf.Rank.R3>; // [1, N, Cm]
  readonly stem: Stem;
  /** Stages 1 to 5; stage 1 may be empty. */
  readonly stages: BlockGroup[];
  readonly decoder: DecoderGroup[];
  readonly classFeature: KerasConvNorm;
  readonly maskFeature: KerasConvNorm;

  constructor(
    scope: Scope,
    config: MaxEncoderConfig,
    { numSlots, memoryDim }: { numSlots: number; memoryDim: number },
  ) {
    this.scope = scope;
    this.memory = scope.param('memory_feature', [1, numSlots, memoryDim], init.truncatedNormal(1));
    this.stem = new Stem(scope.at('_stem'), config);
    this.stages = stageGroups(scope, config, memoryDim, this.stem.outDim);
    this.decoder = decoderGroups(scope, config, memoryDim);
    const feature = { inDim: memoryDim, outDim: memoryDim, kernel: 'tokens' } as const;
    this.classFeature = new KerasConvNorm(scope.at('_class_feature_extra'), feature);
    this.maskFeature = new KerasConvNorm(scope.at('_mask_feature_extra'), feature);
  }

  /** @param pixels [B, 16h + 1, 16w + 1, 3] in −1..1 */
  forward(pixels: tf.Tensor4D): MaxFeatures {
    return runSteps(this.forwardSteps(pixels));
  }

  /** {@link forward} block by block. */
  forwardSteps(pixels: tf.Tensor4D): Steps<MaxFeatures> {
    expectPixels('MaxEncoder.forward', pixels);
    return tidySteps(this.features(pixels));
  }

  private *features(pixels: tf.Tensor4D): Steps<MaxFeatures> {
    const memory = tf.tile(this.memory, [pixels.shape[0], 1, 1]);
    const pixel = yield* this.stem.forwardSteps(pixels);
    const { outputs, path } = yield* this.encode({ pixel, memory });
    const [, stage2, stage3, , stage5] = outputs;
    const decoded = yield* this.decode(path, { 4: [stage2], 8: [stage3], 16: [stage5] });
    return {
      stages: { res2: tf.relu(stage2), res3: tf.relu(stage3), res5: tf.relu(stage5) },
      highResolution: decoded.highResolution,
      classFeature: this.classFeature.scope.tap(this.classFeature.forward(decoded.memory, 'relu')),
      maskFeature: this.maskFeature.scope.tap(this.maskFeature.forward(decoded.memory, 'relu')),
    };
  }

  private *encode(stem: DualPath): Steps<{ outputs: tf.Tensor4D[]; path: DualPath }> {
    const outputs: tf.Tensor4D[] = [];
    let path = stem;
    for (const stage of this.stages) {
      path = yield* stage.forwardSteps(path);
      outputs.push(path.pixel);
    }
    return { outputs, path };
  }

  /** @param known Maps by stride that fusions read the last two of, not activated */
  private *decode(
    start: DualPath,
    known: Record<DecoderStep['stride'], tf.Tensor4D[]>,
  ): Steps<{ memory: tf.Tensor3D; highResolution: tf.Tensor4D[] }> {
    let path = start;
    const highResolution: tf.Tensor4D[] = [];
    for (const { step, fuse, group } of this.decoder) {
      const maps = known[step.stride];
      const fused = fuse ? yield* fuse.forwardSteps(path.pixel, maps.slice(-2)) : path.pixel;
      path = yield* group.forwardSteps({ ...path, pixel: fused });
      if (fuse === null) maps.pop(); // more blocks behind a map take its place
      maps.push(path.pixel);
      if (step.stride === 4) highResolution.push(tf.relu(path.pixel));
    }
    return { memory: path.memory, highResolution };
  }
}

function stageGroups(scope: Scope, encoder: MaxEncoderConfig, memoryDim: number, stemDim: number): BlockGroup[] {
  const { depths, dims } = encoder;
  return depths.map((depth, i) => {
    const inputStride = Math.max(2, 2 ** i);
    return new BlockGroup(scope.at(`_stage${i + 1}`), {
      inDim: i === 0 ? stemDim : i === 1 && depths[0] === 0 ? stemDim : dims[i - 1],
      outDim: dims[i],
      depth,
      stride: i === 0 || i === 4 ? 1 : 2, // the resolution stays at stride 16
      inputStride,
      outputStride: 2 ** (i + 1),
      memoryDim,
      encoder,
    });
  });
}

function decoderGroups(scope: Scope, encoder: MaxEncoderConfig, memoryDim: number): DecoderGroup[] {
  let [before, inDim] = [16, encoder.dims[4]];
  return decoderSteps(encoder).map((step) => {
    const outDim = encoder.dims[STAGE_OF_STRIDE[step.stride]];
    const halves = step.stride > before;
    const fuse = step.fuse === null ? null : new ResizedFuse(scope.at(step.fuse), { inDim, outDim, halves });
    const stride = step.stride === 16 ? 32 : step.stride; // as if stage 5 halved the resolution
    const group = new BlockGroup(scope.at(step.name), {
      inDim: outDim,
      outDim,
      depth: step.depth,
      stride: 1,
      inputStride: stride,
      outputStride: stride,
      memoryDim,
      encoder,
    });
    [before, inDim] = [step.stride, outDim];
    return { step, fuse, group };
  });
}
