import { FormatError } from '@seg/checkpoint/safetensors';

import type { BackboneConfig } from '../backbones/backbone.ts';
import type { ResNetConfig } from '../backbones/resnet.ts';
import type { SwinConfig } from '../backbones/swin.ts';
import { BOOLEAN, type Check, listOf, oneOf, PART, POSITIVE, SIZE, SOME_LAYERS } from '../description/check-fields.ts';
import { ACTIVATION, ACTIVATION_NAMES, BACKBONE_FIELDS, DERIVED, TRAINING } from './common.ts';
import { type FieldRule, type FieldTable, type FieldValues, ignored, obeyed, only, readFields } from './field-table.ts';

/** The `backbone_config` of a Hugging Face segmentation model. */
export type HuggingFaceBackbone = { model_type: string; [field: string]: unknown };

const STAGES = listOf(SIZE, 4);
const DEPTHS = listOf(SOME_LAYERS, 4);

/** One number, or the same twice. */
const SQUARE: Check = {
  expected: 'a whole number, or twice the same',
  holds: (value) => {
    const sides = Array.isArray(value) ? value : [value, value];
    return sides.length === 2 && sides.every(SIZE.holds) && sides[0] === sides[1];
  },
};

/** One number, or height and width. */
const SIDES: Check = {
  expected: 'a whole number, or height and width',
  holds: (value) => SIZE.holds(value) || listOf(SIZE, 2).holds(value),
};

/** Fields of `ResNetConfig`. */
export const RESNET_FIELDS: FieldTable = {
  ...BACKBONE_FIELDS,
  embedding_size: obeyed(SIZE, 64),
  hidden_sizes: obeyed(STAGES, [256, 512, 1024, 2048]),
  depths: obeyed(DEPTHS, [3, 4, 6, 3]),
  layer_type: obeyed(oneOf('bottleneck', 'basic'), 'bottleneck'),
  hidden_act: obeyed(ACTIVATION, 'relu'),
  downsample_in_first_stage: obeyed(BOOLEAN, false),
  downsample_in_bottleneck: obeyed(BOOLEAN, false),
};

/** Fields of `SwinConfig` and `MaskFormerSwinConfig`. */
export const SWIN_FIELDS: FieldTable = {
  ...BACKBONE_FIELDS,
  image_size: obeyed(SIDES, 224, 'counts learned positions, where there are some'),
  patch_size: obeyed(SQUARE, 4),
  embed_dim: obeyed(SIZE, 96),
  depths: obeyed(DEPTHS, [2, 2, 6, 2]),
  num_heads: obeyed(STAGES, [3, 6, 12, 24]),
  window_size: obeyed(SIZE, 7),
  mlp_ratio: obeyed(POSITIVE, 4),
  qkv_bias: obeyed(BOOLEAN, true),
  hidden_act: obeyed(ACTIVATION, 'gelu'),
  use_absolute_embeddings: obeyed(BOOLEAN, false, 'learned positions serve one image size'),
  layer_norm_eps: obeyed(POSITIVE, 1e-5, 'norms within blocks alone have it'),
  drop_path_rate: obeyed(PART, 0.1),
  num_attention_heads: { is: 'alias', of: 'num_heads' },
  ...ignored(TRAINING, 'hidden_dropout_prob', 'attention_probs_dropout_prob', 'initializer_range'),
  ...ignored(DERIVED, 'num_layers', 'num_hidden_layers', 'hidden_size'),
  ...ignored('belongs to masked image modeling', 'encoder_stride'),
  path_norm: only('patches are always normed, in the reference too', true),
};

/** Rule for `backbone_config`. */
export const BACKBONE_CONFIG: FieldRule = {
  is: 'nested',
  by: 'model_type',
  tables: { swin: SWIN_FIELDS, 'maskformer-swin': SWIN_FIELDS, resnet: RESNET_FIELDS },
};

type ResNetFields = {
  embedding_size: number;
  hidden_sizes: number[];
  depths: number[];
  layer_type: 'bottleneck' | 'basic';
  hidden_act: string;
  downsample_in_first_stage: boolean;
  downsample_in_bottleneck: boolean;
};

type SwinFields = {
  image_size: number | [number, number];
  patch_size: number | number[];
  embed_dim: number;
  depths: number[];
  num_heads: number[];
  window_size: number;
  mlp_ratio: number;
  qkv_bias: boolean;
  hidden_act: string;
  use_absolute_embeddings: boolean;
  layer_norm_eps: number;
  drop_path_rate: number;
};

/** Reads our backbone config from a `backbone_config`. @throws FormatError naming the field */
export function readBackboneConfig(where: string, json: HuggingFaceBackbone): BackboneConfig {
  const table = { backbone_config: BACKBONE_CONFIG };
  return backboneOf(where, readFields(where, '', { backbone_config: json }, table).backbone_config as FieldValues);
}

/** Makes our backbone config of fields that {@link BACKBONE_CONFIG} has read. */
export function backboneOf(where: string, fields: FieldValues): BackboneConfig {
  switch (fields.model_type) {
    case 'resnet':
      return resNetOf(fields as ResNetFields);
    case 'swin':
      return swinOf(fields as SwinFields, fields.model_type);
    case 'maskformer-swin':
      if (fields.use_absolute_embeddings) {
        throw new FormatError(
          `${where}: expected false as backbone_config.use_absolute_embeddings of maskformer-swin (the reference cannot run it), got true`,
        );
      }
      return swinOf(fields as SwinFields, fields.model_type);
    default:
      throw new FormatError(`${where}: expected a backbone, got ${String(fields.model_type)}`);
  }
}

/** Names only what differs from our own defaults, so that a published model's config is the preset's. */
function resNetOf(fields: ResNetFields): ResNetConfig {
  const activation = ACTIVATION_NAMES[fields.hidden_act];
  return {
    type: 'resnet',
    stemDim: fields.embedding_size,
    depths: fields.depths,
    dims: fields.hidden_sizes,
    ...(fields.layer_type === 'basic' && { block: 'basic' }),
    ...(activation !== 'relu' && { activation }),
    ...(fields.downsample_in_first_stage && { downsampleFirst: true }),
    ...(fields.downsample_in_bottleneck && fields.layer_type === 'bottleneck' && { strideIn: '1x1' }),
  };
}

function swinOf(fields: SwinFields, modelType: 'swin' | 'maskformer-swin'): SwinConfig {
  const activation = ACTIVATION_NAMES[fields.hidden_act];
  const patch = [fields.patch_size].flat()[0];
  const [height, width] = Array.isArray(fields.image_size) ? fields.image_size : [fields.image_size, fields.image_size];
  return {
    type: 'swin',
    dim: fields.embed_dim,
    depths: fields.depths,
    numHeads: fields.num_heads,
    window: fields.window_size,
    dropPath: fields.drop_path_rate,
    ...(modelType === 'maskformer-swin' && { keys: 'maskformer' }),
    ...(patch !== 4 && { patch }),
    ...(fields.mlp_ratio !== 4 && { mlpRatio: fields.mlp_ratio }),
    ...(!fields.qkv_bias && { qkvBias: false }),
    ...(activation !== 'gelu' && { activation }),
    ...(fields.layer_norm_eps !== 1e-5 && { normEpsilon: fields.layer_norm_eps }),
    ...(fields.use_absolute_embeddings && { numPositions: Math.floor(height / patch) * Math.floor(width / patch) }),
  };
}
