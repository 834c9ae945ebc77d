import { MAX_DEEPLAB_PRESETS, type ModelConfig, type ModelDescription } from '@seg/models';

import { expectNumber } from '../optimizers/expect-number.ts';

/** A ResNet small enough to learn on two processor cores. */
export const SMALL_BACKBONE = {
  type: 'resnet',
  stemDim: 32,
  depths: [1, 2, 2, 1],
  dims: [128, 256, 384, 512],
  batchNorm: 'batch',
} as const;

const MAX_DEEPLAB_S = MAX_DEEPLAB_PRESETS['coco-panoptic-s'];

/** Configs of a model of each system that learns from nothing on two processor cores; class counts are placeholders. */
const CONFIGS = {
  mask2former: {
    model: 'mask2former',
    backbone: SMALL_BACKBONE,
    ...{ numClasses: 1, numQueries: 40, dim: 96, maskDim: 96, numHeads: 4, numPoints: 4 },
    ...{ numEncoderLayers: 2, encoderFfnDim: 192, numDecoderLayers: 3, decoderFfnDim: 192 },
  },
  maskformer: {
    model: 'maskformer',
    backbone: SMALL_BACKBONE,
    ...{ numClasses: 1, numQueries: 40, fpnDim: 96, dim: 96, maskDim: 96, numHeads: 4, ffnDim: 192 },
    ...{ numEncoderLayers: 1, numDecoderLayers: 3, dropout: 0.1 },
  },
  solov2: {
    model: 'solov2',
    backbone: SMALL_BACKBONE,
    ...{ numClasses: 1, fpnDim: 96, headDim: 96, numHeadLayers: 2, kernelDim: 64, maskFeatureDim: 64 },
    grids: [24, 16, 12, 8, 6],
    scaleRanges: [[1, 48], [32, 80], [48, 128], [80, 192], [128, 512]], // biome-ignore format: one level each
  },
  'max-deeplab': {
    ...MAX_DEEPLAB_S,
    ...{ numClasses: 1, numSlots: 40, memoryDim: 64, embeddingDim: 64, headDim: 64 },
    encoder: {
      ...MAX_DEEPLAB_S.encoder,
      ...{ stemDim: 16, depths: [0, 1, 1, 2, 1], dims: [32, 64, 128, 128, 256], numHeads: 4, ffnDim: 128 },
      dropPath: { rate: 0, fromStride: 16 },
    },
  },
  panoptic_segformer: {
    model: 'panoptic_segformer',
    backbone: SMALL_BACKBONE,
    ...{ numThingClasses: 1, numStuffClasses: 1, numThingQueries: 40, dim: 96, numHeads: 4, numPoints: 4, ffnDim: 192 },
    ...{
      numEncoderLayers: 2,
      numLocationLayers: 2,
      numThingBlocks: 2,
      numStuffBlocks: 2,
      dropout: 0.1,
      maxDetections: 40,
    },
  },
} as const satisfies Record<string, ModelConfig>;

/** Name of a small model: its `model` field. */
export type SmallModelName = keyof typeof CONFIGS;

/** Names of the small models, the one for most uses first. */
export const SMALL_MODELS = Object.keys(CONFIGS) as readonly SmallModelName[];

/** ImageNet's mean and deviation, in units of 0 to 255. */
const MEAN: [number, number, number] = [123.675, 116.28, 103.53];
const STD: [number, number, number] = [58.395, 57.12, 57.375];

/**
 * Description of a small model, to be opened for categories of one's own and trained from nothing.
 *
 * @param size Shortest edge of the images that it sees; the longest is twice that. MaX-DeepLab sees squares of it and a pixel.
 */
export function smallModel(name: SmallModelName, size = 256): ModelDescription {
  if (!Object.hasOwn(CONFIGS, name)) {
    throw new RangeError(`smallModel: expected ${SMALL_MODELS.join(', ')}, got ${name}`);
  }
  expectNumber('smallModel, size', size, { least: 1, isWhole: true });
  const config: ModelConfig = CONFIGS[name];
  const isMaxDeepLab = name === 'max-deeplab';
  return {
    config,
    categories: [],
    preprocessing: {
      resize: isMaxDeepLab
        ? { kind: 'square', side: size + 1 }
        : { kind: 'shortest-edge', shortestEdge: size, longestEdge: 2 * size },
      divisor: isMaxDeepLab ? 1 : 32,
      reachDivisor: 'pad',
      rescale: 1,
      mean: MEAN,
      std: STD,
    },
  };
}
