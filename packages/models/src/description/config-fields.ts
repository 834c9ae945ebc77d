import type { BackboneConfig } from '../backbones/backbone.ts';
import type { SoloCommonConfig } from '../systems/solo/config.ts';
import { between, checkFields, type FieldsOf, listOf, NUMBER, oneOf, optional, whole } from './check-fields.ts';
import type { ModelConfig } from './model-description.ts';

type Named<K, C = ModelConfig> = C extends { model: unknown } ? (K extends C['model'] ? C : never) : never;
type Fields<T> = FieldsOf<Omit<T, 'model' | 'backbone' | 'type'>>;

const SIZE = whole(1);
const COUNT = whole(0);
const PART = between(0, 1);
const STAGES = listOf(SIZE, 4);

const BACKBONES: { [K in BackboneConfig['type']]: Fields<Extract<BackboneConfig, { type: K }>> } = {
  resnet: {
    stemDim: SIZE,
    depths: STAGES,
    dims: STAGES,
    block: optional(oneOf('bottleneck', 'basic')),
    stem: optional(oneOf('basic', 'deep')),
    lastStageDilations: optional(listOf(SIZE)),
    batchNorm: optional(oneOf('frozen', 'batch')),
  },
  swin: {
    dim: SIZE,
    depths: STAGES,
    numHeads: STAGES,
    window: SIZE,
    dropPath: optional(PART),
    keys: optional(oneOf('mask2former', 'maskformer')),
    firstNormed: optional(COUNT),
  },
  'pvt-v2': {
    dims: STAGES,
    depths: STAGES,
    numHeads: STAGES,
    mlpRatios: STAGES,
    reductions: STAGES,
    dropPath: optional(PART),
  },
};

const SOLO: Fields<SoloCommonConfig> = {
  numClasses: SIZE,
  fpnDim: SIZE,
  headDim: SIZE,
  numHeadLayers: COUNT,
  grids: listOf(SIZE, 5),
  scaleRanges: listOf(listOf(NUMBER, 2), 5),
};

const STACKS = { count: COUNT, depth: COUNT };

/** What each field of a config should be, by model. */
const MODELS: { [K in ModelConfig['model']]: Fields<Named<K>> } = {
  mask2former: {
    numClasses: SIZE,
    numQueries: SIZE,
    dim: SIZE,
    maskDim: SIZE,
    numHeads: SIZE,
    numPoints: SIZE,
    numEncoderLayers: COUNT,
    encoderFfnDim: SIZE,
    numDecoderLayers: COUNT,
    decoderFfnDim: SIZE,
  },
  maskformer: {
    numClasses: SIZE,
    numQueries: SIZE,
    fpnDim: SIZE,
    dim: SIZE,
    maskDim: SIZE,
    numHeads: SIZE,
    ffnDim: SIZE,
    numEncoderLayers: COUNT,
    numDecoderLayers: COUNT,
    dropout: PART,
  },
  solo: SOLO,
  decoupled_solo: SOLO,
  decoupled_solo_light: SOLO,
  solov2: { ...SOLO, kernelDim: SIZE, maskFeatureDim: SIZE },
  'max-deeplab': {
    numClasses: SIZE,
    numSlots: SIZE,
    memoryDim: SIZE,
    embeddingDim: SIZE,
    headDim: SIZE,
    encoder: {
      stem: oneOf('inception', 'plain'),
      stemDim: SIZE,
      block: oneOf('bottleneck', 'basic'),
      depths: listOf(COUNT, 5),
      dims: listOf(SIZE, 5),
      axialExpansion: { bottleneck: SIZE, key: SIZE, value: SIZE },
      numHeads: SIZE,
      transformerStride: SIZE,
      transformerExpansion: SIZE,
      ffnDim: SIZE,
      backboneStacks: STACKS,
      extraStacks: STACKS,
      dropPath: { rate: PART, fromStride: SIZE },
    },
    semanticBranch: oneOf('aspp', 'high-resolution'),
  },
  panoptic_segformer: {
    numThingClasses: SIZE,
    numStuffClasses: SIZE,
    numThingQueries: SIZE,
    dim: SIZE,
    numHeads: SIZE,
    numPoints: SIZE,
    ffnDim: SIZE,
    numEncoderLayers: COUNT,
    numLocationLayers: COUNT,
    numThingBlocks: COUNT,
    numStuffBlocks: COUNT,
    dropout: PART,
    maxDetections: SIZE,
  },
};

/**
 * Checks a model's config from a file: every field there and of its type, lists as long as they must be. Whether the
 * numbers go together shows in the shapes of the parameters.
 *
 * @throws FormatError naming the field
 */
export function checkConfig(where: string, config: ModelConfig): void {
  checkFields(where, 'config', config, { model: oneOf(...Object.keys(MODELS)) });
  checkFields(where, 'config', config, MODELS[config.model]);
  if (config.model === 'max-deeplab') return;
  checkFields(where, 'config.backbone', config.backbone, { type: oneOf(...Object.keys(BACKBONES)) });
  checkFields(where, 'config.backbone', config.backbone, BACKBONES[config.backbone.type]);
}
