import { FormatError } from '@seg/checkpoint/safetensors';
import { SWIN_SMALL } from '../../backbones/swin.ts';
import { BOOLEAN, LAYERS, listOf, SIZE, SOME_LAYERS } from '../../description/check-fields.ts';
import { BACKBONE_CONFIG, backboneOf, type HuggingFaceBackbone } from '../../hugging-face/backbone.ts';
import {
  ACTIVATION,
  ACTIVATION_NAMES,
  LABELS,
  NAMED_BACKBONE,
  PRETRAINED,
  TRAINING,
} from '../../hugging-face/common.ts';
import {
  type FieldTable,
  type FieldValues,
  ignored,
  obeyed,
  only,
  readFields,
} from '../../hugging-face/field-table.ts';
import { labelCount } from '../../hugging-face/labels.ts';
import type { Mask2FormerConfig } from './config.ts';

/** A Hugging Face `config.json` of model type `mask2former`; see docs/foreign-configs.md. */
export type HuggingFaceMask2Former = { backbone_config?: HuggingFaceBackbone; [field: string]: unknown };

/** Fields of `Mask2FormerConfig` of transformers 4 and 5. */
export const MASK2FORMER_HUGGING_FACE: FieldTable = {
  ...PRETRAINED,
  ...LABELS,
  ...NAMED_BACKBONE,
  model_type: only('it tells the system', 'mask2former'),
  backbone_config: BACKBONE_CONFIG,
  feature_size: obeyed(SIZE, 256, 'as wide as hidden_dim'),
  hidden_dim: obeyed(SIZE, 256),
  mask_feature_size: obeyed(SIZE, 256),
  num_queries: obeyed(SIZE, 100),
  num_attention_heads: obeyed(SIZE, 8),
  encoder_layers: obeyed(LAYERS, 6),
  encoder_feedforward_dim: obeyed(SIZE, 1024),
  decoder_layers: obeyed(SOME_LAYERS, 10, 'counts one more than there are layers'),
  dim_feedforward: obeyed(SIZE, 2048),
  activation_function: obeyed(ACTIVATION, 'relu', 'of the query decoder; the pixel decoder has relu'),
  pre_norm: obeyed(BOOLEAN, false),
  common_stride: obeyed(SIZE, 4),
  feature_strides: obeyed(listOf(SIZE, 4), [4, 8, 16, 32]),
  hidden_size: { is: 'alias', of: 'hidden_dim' },
  num_hidden_layers: { is: 'alias', of: 'decoder_layers' },
  enforce_input_projection: only("the reference's own files lack its weights", false),
  enforce_input_proj: only("the reference's own files lack its weights", false),
  ...ignored(
    TRAINING,
    ...['dropout', 'ignore_value', 'no_object_weight', 'class_weight', 'mask_weight', 'dice_weight'],
    ...['train_num_points', 'oversample_ratio', 'importance_sample_ratio', 'init_std', 'init_xavier_std'],
  ),
  ...ignored('chooses further outputs', 'use_auxiliary_loss', 'output_auxiliary_logits'),
};

type Mask2FormerFields = {
  backbone_config?: FieldValues;
  feature_size: number;
  hidden_dim: number;
  mask_feature_size: number;
  num_queries: number;
  num_attention_heads: number;
  encoder_layers: number;
  encoder_feedforward_dim: number;
  decoder_layers: number;
  dim_feedforward: number;
  activation_function: string;
  pre_norm: boolean;
  common_stride: number;
  feature_strides: number[];
};

/** Reads our config from Hugging Face's. @throws FormatError naming the field */
export function readMask2FormerConfig(where: string, json: object): Mask2FormerConfig {
  const all = readFields(where, '', json, MASK2FORMER_HUGGING_FACE);
  const fields = all as Mask2FormerFields;
  if (fields.feature_size !== fields.hidden_dim) {
    throw new FormatError(
      `${where}: expected feature_size equal to hidden_dim ${fields.hidden_dim}, got ${fields.feature_size}`,
    );
  }
  const numPyramidSteps = pyramidSteps(where, fields);
  const activation = ACTIVATION_NAMES[fields.activation_function];
  return {
    model: 'mask2former',
    backbone: fields.backbone_config ? backboneOf(where, fields.backbone_config) : { ...SWIN_SMALL, dropPath: 0.3 },
    numClasses: labelCount(where, all),
    numQueries: fields.num_queries,
    dim: fields.hidden_dim,
    maskDim: fields.mask_feature_size,
    numHeads: fields.num_attention_heads,
    numPoints: 4,
    numEncoderLayers: fields.encoder_layers,
    encoderFfnDim: fields.encoder_feedforward_dim,
    numDecoderLayers: fields.decoder_layers - 1,
    decoderFfnDim: fields.dim_feedforward,
    ...(activation !== 'relu' && { activation }),
    ...(fields.pre_norm && { preNorm: true }),
    ...(numPyramidSteps !== 1 && { numPyramidSteps }),
  };
}

/** Steps from the finest of the three coarse strides to `common_stride`, each to the double resolution. */
function pyramidSteps(where: string, { common_stride: common, feature_strides: strides }: Mask2FormerFields): number {
  const finest = Math.min(...strides.slice(-3));
  const steps = Math.trunc(Math.log2(finest) - Math.log2(common)) + 0; // not -0
  if (steps >= 0 && steps <= 3) return steps;
  throw new FormatError(
    `${where}: expected common_stride from ${finest / 8} to ${finest}, by feature_strides ${strides.join(', ')}, got ${common}`,
  );
}
