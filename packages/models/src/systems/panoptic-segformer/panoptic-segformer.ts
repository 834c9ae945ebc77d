import { type ParamStore, runSteps, type Size, type Steps, tidySteps } from '@seg/core';
import {
  ChannelMapper,
  type Locations,
  type MaskMemory,
  PanopticSegFormerHead,
  type StuffPrediction,
} from '@seg/heads';
import * as tf from '@tensorflow/tfjs-core';

import { type Backbone, buildBackbone } from '../../backbones/backbone.ts';
import type { PanopticSegFormerConfig } from './config.ts';
import { type TopDetections, topDetections } from './top-detections.ts';

/** Choices at inference. */
export type PanopticSegFormerOptions = {
  /** Layers of the mask decoders to run: 1 and 2 are faster and nearly as good. Default: all, and the tails. */
  maskLayers?: number;
  /**
   * Height and width of each image of a batch that is padded right and bottom. Encoder and location decoder do not look at
   * padding then; backbone, group norms and mask decoders do, as in the authors' code. Default: nothing is padded.
   */
  sizes?: readonly Size[];
};

/** Candidates for mask-wise merging. */
export type PanopticSegFormerPrediction = {
  /** The most probable detections, with a mask each: [B, h, w, T] at stride 8, above ½ is inside. */
  things: TopDetections & { masks: tf.Tensor4D };
  /** All stuff classes. */
  stuff: StuffPrediction;
};

/** Strides 8, 16, 32 and 64 in the pyramid: Li et al. 2022 read C3 to C5 and one level more. */
const NUM_LEVELS = 4;

/**
 * Panoptic SegFormer: backbone, channel mapper, deformable encoder, location decoder, and mask decoders for things and
 * stuff. Li et al. 2022. Keys are the authors', those of a ResNet or Swin Hugging Face's.
 */
export class PanopticSegFormer {
  readonly params: ParamStore;
  readonly config: PanopticSegFormerConfig;
  readonly backbone: Backbone;
  readonly neck: ChannelMapper;
  readonly head: PanopticSegFormerHead;

  constructor(params: ParamStore, config: PanopticSegFormerConfig) {
    this.params = params;
    this.config = config;
    this.backbone = buildBackbone(params.root.at('backbone'), config.backbone);
    this.neck = new ChannelMapper(params.root.at('neck'), { inDims: this.backbone.dims.slice(1), dim: config.dim });
    this.head = new PanopticSegFormerHead(params.root.at('bbox_head'), headConfig(config));
  }

  /**
   * @param pixels [B, H, W, 3], normalized, of any size
   * @returns Boxes are shares of the image without its padding
   * @throws RangeError where `maskLayers` is less than 1, or `sizes` are not those of B images within H and W
   */
  forward(pixels: tf.Tensor4D, options: PanopticSegFormerOptions = {}): PanopticSegFormerPrediction {
    return runSteps(this.forwardSteps(pixels, options));
  }

  /** {@link forward} in steps: blocks of the backbone, encoder and location decoder, mask decoders. */
  forwardSteps(pixels: tf.Tensor4D, options: PanopticSegFormerOptions = {}): Steps<PanopticSegFormerPrediction> {
    return tidySteps(this.predict(pixels, options));
  }

  private *predict(
    pixels: tf.Tensor4D,
    { maskLayers, sizes }: PanopticSegFormerOptions,
  ): Steps<PanopticSegFormerPrediction> {
    const { locations, maskMemory } = yield* tidySteps(this.locateSteps(pixels, sizes, 'last'));
    yield;
    const detections = topDetections(locations.predictions.at(-1)!, this.config.maxDetections);
    const queries = this.params.root.tap(tf.gather(locations.queries, detections.queries, 1, 1), 'embeddings');
    const { masks } = yield* this.head.thingsSteps(queries, maskMemory, maskLayers);
    yield;
    return { things: { ...detections, masks }, stuff: yield* this.head.stuffSteps(maskMemory, maskLayers) };
  }

  /** Everything before the mask decoders: training matches its predictions to decide which queries go on. */
  locate(pixels: tf.Tensor4D, sizes?: readonly Size[]): { locations: Locations; maskMemory: MaskMemory } {
    return runSteps(tidySteps(this.locateSteps(pixels, sizes, 'all')));
  }

  private *locateSteps(
    pixels: tf.Tensor4D,
    sizes: readonly Size[] | undefined,
    which: 'all' | 'last',
  ): Steps<{ locations: Locations; maskMemory: MaskMemory }> {
    const padding = sizes && { sizes: checkedSizes(sizes, pixels), padded: pixels.shape.slice(1, 3) as Size };
    const features = yield* this.backbone.forwardSteps(pixels);
    for (const [i, map] of features.entries()) this.params.root.at('backbone').tap(map, `output.${i}`);
    yield;
    const levels = yield* this.neck.forwardSteps(features.slice(1));
    yield;
    return yield* this.head.locateSteps(levels, padding, which);
  }

  dispose(): void {
    this.params.dispose();
  }
}

function checkedSizes(sizes: readonly Size[], { shape: [batch, height, width] }: tf.Tensor4D): readonly Size[] {
  const isWithin = (size?: Size) =>
    size?.length === 2 && size[0] >= 1 && size[0] <= height && size[1] >= 1 && size[1] <= width;
  if (sizes.length === batch && Array.from(sizes).every(isWithin)) return sizes;
  const got = Array.from(sizes, (size) => String(size).replace(',', 'x')).join(', ');
  throw new RangeError(`PanopticSegFormer: expected ${batch} sizes within ${height}x${width}, got ${got || 'none'}`);
}

function headConfig({ model: _, backbone: _backbone, maxDetections: _most, ...config }: PanopticSegFormerConfig) {
  return { ...config, numLevels: NUM_LEVELS };
}
