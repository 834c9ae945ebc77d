import { FormatError } from '@seg/checkpoint';

import { type HuggingFaceBackbone, readBackboneConfig } from '../../backbones/hugging-face.ts';
import { SWIN_BASE } from '../../backbones/swin.ts';
import type { MaskFormerConfig } from './config.ts';

/** Fields of a Hugging Face `config.json` of model type `maskformer`. */
export type HuggingFaceMaskFormer = {
  backbone_config?: HuggingFaceBackbone;
  id2label?: Record<string, string>;
  num_labels?: number;
  fpn_feature_size: number;
  mask_feature_size: number;
  decoder_config: {
    d_model: number;
    num_queries: number;
    decoder_layers: number;
    decoder_attention_heads: number;
    decoder_ffn_dim: number;
    dropout?: number;
  };
};

/** Our config from Hugging Face's. @throws FormatError where a field is absent */
export function readMaskFormerConfig(file: string, json: HuggingFaceMaskFormer): MaskFormerConfig {
  const decoder = json.decoder_config;
  const numbers = { ...decoder, fpn_feature_size: json.fpn_feature_size, mask_feature_size: json.mask_feature_size };
  for (const field of [
    'd_model',
    'num_queries',
    'decoder_layers',
    'decoder_attention_heads',
    'decoder_ffn_dim',
    'fpn_feature_size',
    'mask_feature_size',
  ] as const) {
    const value = numbers[field];
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new FormatError(`${file}: expected a positive number as ${field}, got ${JSON.stringify(value)}`);
    }
  }
  return {
    model: 'maskformer',
    backbone: json.backbone_config ? readBackboneConfig(file, json.backbone_config) : SWIN_BASE,
    numClasses: json.id2label ? Object.keys(json.id2label).length : (json.num_labels ?? 150),
    numQueries: decoder.num_queries,
    fpnDim: json.fpn_feature_size,
    dim: decoder.d_model,
    maskDim: json.mask_feature_size,
    numHeads: decoder.decoder_attention_heads,
    ffnDim: decoder.decoder_ffn_dim,
    numEncoderLayers: 0,
    numDecoderLayers: decoder.decoder_layers,
    dropout: decoder.dropout ?? 0.1,
  };
}
