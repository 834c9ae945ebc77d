import type { ParamSource } from '@seg/checkpoint';
import { formulaValues, ParamStore } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { PVT_V2_B0 } from '../src/backbones/pvt-v2.ts';
import type { Mask2FormerConfig } from '../src/systems/mask2former/config.ts';
import type { MaskFormerConfig } from '../src/systems/maskformer/config.ts';
import type { PanopticSegFormerConfig } from '../src/systems/panoptic-segformer/config.ts';
import { PANOPTIC_SEGFORMER_PRESETS } from '../src/systems/panoptic-segformer/presets.ts';

/** The sizes of the tiny training goldens. */
export const TINY_MASK2FORMER: Mask2FormerConfig = {
  model: 'mask2former',
  backbone: { type: 'resnet', stemDim: 16, depths: [1, 1, 1, 1], dims: [32, 64, 96, 128] },
  numClasses: 5,
  numQueries: 8,
  dim: 64,
  maskDim: 64,
  numHeads: 8,
  numPoints: 4,
  numEncoderLayers: 2,
  encoderFfnDim: 96,
  numDecoderLayers: 3,
  decoderFfnDim: 128,
};

export const TINY_MASKFORMER: MaskFormerConfig = {
  model: 'maskformer',
  backbone: { type: 'resnet', stemDim: 16, depths: [1, 1, 1, 1], dims: [32, 64, 96, 128] },
  numClasses: 5,
  numQueries: 8,
  fpnDim: 64,
  dim: 64,
  maskDim: 64,
  numHeads: 8,
  ffnDim: 128,
  numEncoderLayers: 2,
  numDecoderLayers: 3,
  dropout: 0,
};

/** Narrow, with one layer of each kind but the mask decoders'. */
export const TINY_PANOPTIC_SEGFORMER: PanopticSegFormerConfig = {
  ...PANOPTIC_SEGFORMER_PRESETS['coco-panoptic-r50'],
  backbone: { ...PVT_V2_B0, dims: [8, 16, 20, 16], depths: [1, 1, 1, 1], numHeads: [1, 2, 5, 8] },
  numThingClasses: 3,
  numStuffClasses: 2,
  numThingQueries: 6,
  dim: 32,
  numHeads: 4,
  ffnDim: 32,
  numEncoderLayers: 1,
  numLocationLayers: 2,
  numThingBlocks: 2,
  numStuffBlocks: 3,
  maxDetections: 5,
};

export const TINY_SWIN = {
  type: 'swin',
  dim: 24,
  depths: [2, 2, 2, 2],
  numHeads: [1, 2, 4, 8],
  window: 5,
  dropPath: 0,
} as const;

/** Every key and stored shape that a model declares. */
export function keysOf(construct: (params: ParamStore) => void): Map<string, number[]> {
  const params = new ParamStore();
  construct(params);
  const keys = params.keys().map((key) => {
    const layout = params.storedLayout(key);
    const shape = params.get(key).shape;
    return [key, layout ? layout.toStored(shape) : shape] as const;
  });
  params.dispose();
  return new Map(keys);
}

/** Parameters of plausible sizes by formula: norms near one, the rest small. */
export function formulaSource(shapes: Map<string, number[]>): ParamSource {
  return {
    keys: () => shapes.keys(),
    read: (key) => {
      const shape = shapes.get(key);
      if (shape === undefined) return null;
      const isScale = /(norm.*weight|running_var)$/.test(key);
      const scale =
        shape.length > 1 ? 1.5 / Math.sqrt(shape.slice(1).reduce((product, side) => product * side, 1)) : 0.1;
      return { shape, values: formulaValues(key, shape, isScale ? 1 : 0, scale) };
    },
  };
}

export function formulaPixels(batch: number, height: number, width: number): tf.Tensor4D {
  return tf.tensor4d(formulaValues('pixels', [batch, height, width, 3], 0, 2), [batch, height, width, 3]);
}

/** `config.json` of {@link TINY_MASK2FORMER}, as Hugging Face writes it. */
export const TINY_HUGGING_FACE = {
  model_type: 'mask2former',
  backbone_config: { model_type: 'resnet', embedding_size: 16, hidden_sizes: [32, 64, 96, 128], depths: [1, 1, 1, 1] },
  id2label: { 0: 'cat', 1: 'dog', 2: 'sky', 3: 'sea', 4: 'sand' },
  num_queries: 8,
  hidden_dim: 64,
  feature_size: 64,
  mask_feature_size: 64,
  num_attention_heads: 8,
  encoder_layers: 2,
  encoder_feedforward_dim: 96,
  decoder_layers: 4,
  dim_feedforward: 128,
};
