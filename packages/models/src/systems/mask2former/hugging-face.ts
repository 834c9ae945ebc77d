import { FormatError } from '@seg/checkpoint';

import { type HuggingFaceBackbone, readBackboneConfig } from '../../backbones/hugging-face.ts';
import type { Mask2FormerConfig } from './config.ts';

/** Fields of a Hugging Face `config.json` of model type `mask2former`. */
export type HuggingFaceMask2Former = {
  backbone_config?: HuggingFaceBackbone;
  id2label?: Record<string, string>;
  num_labels?: number;
  num_queries: number;
  hidden_dim: number;
  feature_size: number;
  mask_feature_size: number;
  num_attention_heads: number;
  encoder_layers: number;
  encoder_feedforward_dim: number;
  decoder_layers: number;
  dim_feedforward: number;
};

/**
 * Our config from Hugging Face's. Their `decoder_layers` counts one more than there are layers.
 *
 * @throws FormatError naming the field, where one is absent or not a number
 */
export function readMask2FormerConfig(file: string, json: HuggingFaceMask2Former): Mask2FormerConfig {
  const number = (field: keyof HuggingFaceMask2Former): number => {
    const value = json[field];
    if (!Number.isSafeInteger(value) || (value as number) < 1) {
      throw new FormatError(`${file}: expected a positive number as ${field}, got ${JSON.stringify(value)}`);
    }
    return value as number;
  };
  const labels = json.id2label ? Object.keys(json.id2label).length : number('num_labels');
  if (number('feature_size') !== number('hidden_dim')) {
    throw new FormatError(
      `${file}: expected feature_size equal to hidden_dim ${json.hidden_dim}, got ${json.feature_size}`,
    );
  }
  return {
    model: 'mask2former',
    backbone: readBackboneConfig(file, json.backbone_config),
    numClasses: labels,
    numQueries: number('num_queries'),
    dim: number('hidden_dim'),
    maskDim: number('mask_feature_size'),
    numHeads: number('num_attention_heads'),
    numPoints: 4,
    numEncoderLayers: number('encoder_layers'),
    encoderFfnDim: number('encoder_feedforward_dim'),
    numDecoderLayers: number('decoder_layers') - 1,
    decoderFfnDim: number('dim_feedforward'),
  };
}
