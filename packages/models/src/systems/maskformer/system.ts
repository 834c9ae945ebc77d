import { byImage } from '../../inference/batch-prediction.ts';
import { decodeMaskClassification } from '../../inference/decode-mask-classification.ts';
import { isDetectron2, originalNaming } from '../key-naming.ts';
import { defineSystem } from '../system.ts';
import { MASKFORMER_FIELDS, type MaskFormerConfig } from './config.ts';
import { type HuggingFaceMaskFormer, readMaskFormerConfig } from './hugging-face.ts';
import { MASKFORMER_ORIGINAL_KEYS } from './key-map.ts';
import { MaskFormer } from './maskformer.ts';
import { MASKFORMER_PUBLISHED } from './published.ts';

/** MaskFormer: Cheng et al. 2021, "Per-Pixel Classification is Not All You Need for Semantic Segmentation". */
export const MASKFORMER = defineSystem({
  name: 'maskformer',
  fields: MASKFORMER_FIELDS,
  numClasses: (config: MaskFormerConfig) => config.numClasses,
  build: (params, config) => new MaskFormer(params, config),
  tasks: ['panoptic', 'instance', 'semantic'],
  rules: ['original', 'huggingface'],
  predict: (network, pixels) =>
    byImage(network.forward(pixels), (one, geometry, options) =>
      decodeMaskClassification(one, 'maskformer', geometry, options),
    ),
  keyNamings: () => [originalNaming(isDetectron2, MASKFORMER_ORIGINAL_KEYS)],
  unusedKeys: [/^criterion\./, /\.encoder\.(swin|model)\.layernorm\./],
  huggingFace: {
    modelType: 'maskformer',
    readConfig: (where, json) => readMaskFormerConfig(where, json as HuggingFaceMaskFormer),
  },
  presets: MASKFORMER_PUBLISHED,
});
