import { SWIN_BASE } from '../../backbones/swin.ts';
import { PART, SIZE, SOME_LAYERS } from '../../description/check-fields.ts';
import { BACKBONE_CONFIG, backboneOf, type HuggingFaceBackbone } from '../../hugging-face/backbone.ts';
import {
  ACTIVATION,
  ACTIVATION_NAMES,
  DERIVED,
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
import type { MaskFormerConfig } from './config.ts';

/** A Hugging Face `config.json` of model type `maskformer`; see docs/foreign-configs.md. */
export type HuggingFaceMaskFormer = { backbone_config?: HuggingFaceBackbone; [field: string]: unknown };

/** Fields of `DetrConfig`, of which MaskFormer builds the decoder. */
export const DETR_DECODER_HUGGING_FACE: FieldTable = {
  ...PRETRAINED,
  model_type: only('it is the only decoder', 'detr'),
  d_model: obeyed(SIZE, 256),
  num_queries: obeyed(SIZE, 100),
  decoder_layers: obeyed(SOME_LAYERS, 6),
  decoder_attention_heads: obeyed(SIZE, 8),
  decoder_ffn_dim: obeyed(SIZE, 2048),
  dropout: obeyed(PART, 0.1),
  activation_function: obeyed(ACTIVATION, 'relu'),
  hidden_size: { is: 'alias', of: 'd_model' },
  auxiliary_loss: only('it norms the queries between the layers', false),
  ...ignored(
    'belongs to the encoder, which MaskFormer has not',
    ...['encoder_layers', 'encoder_ffn_dim', 'encoder_attention_heads', 'encoder_layerdrop', 'num_attention_heads'],
    ...['num_hidden_layers', 'position_embedding_type', 'max_position_embeddings', 'scale_embedding', 'dilation'],
    ...['num_channels', 'backbone', 'backbone_config', 'backbone_kwargs', 'use_timm_backbone'],
    ...['use_pretrained_backbone', 'classifier_dropout', 'id2label', 'label2id', 'num_labels'],
  ),
  ...ignored(
    TRAINING,
    ...['attention_dropout', 'activation_dropout', 'decoder_layerdrop', 'init_std', 'init_xavier_std', 'class_cost'],
    ...['bbox_cost', 'giou_cost', 'mask_loss_coefficient', 'dice_loss_coefficient', 'bbox_loss_coefficient'],
    ...['giou_loss_coefficient', 'eos_coefficient'],
  ),
};

/** Fields of `MaskFormerConfig` of transformers 4 and 5. */
export const MASKFORMER_HUGGING_FACE: FieldTable = {
  ...PRETRAINED,
  ...LABELS,
  ...NAMED_BACKBONE,
  model_type: only('it tells the system', 'maskformer'),
  backbone_config: BACKBONE_CONFIG,
  decoder_config: { is: 'nested', by: 'model_type', kind: 'detr', tables: { detr: DETR_DECODER_HUGGING_FACE } },
  fpn_feature_size: obeyed(SIZE, 256),
  mask_feature_size: obeyed(SIZE, 256),
  hidden_size: { is: 'alias', of: 'mask_feature_size' },
  ...ignored(DERIVED, 'num_attention_heads', 'num_hidden_layers'),
  ...ignored(
    TRAINING,
    ...['no_object_weight', 'dice_weight', 'cross_entropy_weight', 'mask_weight', 'init_std', 'init_xavier_std'],
  ),
  ...ignored('chooses further outputs', 'use_auxiliary_loss', 'output_auxiliary_logits'),
};

type DecoderFields = {
  d_model: number;
  num_queries: number;
  decoder_layers: number;
  decoder_attention_heads: number;
  decoder_ffn_dim: number;
  dropout: number;
  activation_function: string;
};

type MaskFormerFields = {
  backbone_config?: FieldValues;
  decoder_config?: DecoderFields;
  fpn_feature_size: number;
  mask_feature_size: number;
};

/** Reads our config from Hugging Face's. @throws FormatError naming the field */
export function readMaskFormerConfig(where: string, json: object): MaskFormerConfig {
  const all = readFields(where, '', json, MASKFORMER_HUGGING_FACE);
  const fields = all as MaskFormerFields;
  const decoder =
    fields.decoder_config ?? (readFields(where, 'decoder_config', {}, DETR_DECODER_HUGGING_FACE) as DecoderFields);
  const activation = ACTIVATION_NAMES[decoder.activation_function];
  return {
    model: 'maskformer',
    backbone: fields.backbone_config ? backboneOf(where, fields.backbone_config) : { ...SWIN_BASE, dropPath: 0.3 },
    numClasses: labelCount(where, all),
    numQueries: decoder.num_queries,
    fpnDim: fields.fpn_feature_size,
    dim: decoder.d_model,
    maskDim: fields.mask_feature_size,
    numHeads: decoder.decoder_attention_heads,
    ffnDim: decoder.decoder_ffn_dim,
    numEncoderLayers: 0,
    numDecoderLayers: decoder.decoder_layers,
    dropout: decoder.dropout,
    ...(activation !== 'relu' && { activation }),
  };
}
