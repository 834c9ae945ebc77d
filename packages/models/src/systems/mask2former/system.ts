import { byImage } from '../../inference/batch-prediction.ts';
import { decodeMaskClassification } from '../../inference/decode-mask-classification.ts';
import { isDetectron2, originalNaming } from '../key-naming.ts';
import { defineSystem } from '../system.ts';
import { MASK2FORMER_FIELDS, type Mask2FormerConfig } from './config.ts';
import { type HuggingFaceMask2Former, readMask2FormerConfig } from './hugging-face.ts';
import { MASK2FORMER_ORIGINAL_KEYS } from './key-map.ts';
import { Mask2Former } from './mask2former.ts';
import { MASK2FORMER_PUBLISHED } from './published.ts';

/** Mask2Former: Cheng et al. 2022, "Masked-attention Mask Transformer for Universal Image Segmentation". */
export const MASK2FORMER = defineSystem({
  name: 'mask2former',
  fields: MASK2FORMER_FIELDS,
  numClasses: (config: Mask2FormerConfig) => config.numClasses,
  build: (params, config) => new Mask2Former(params, config),
  tasks: ['panoptic', 'instance', 'semantic'],
  rules: ['original', 'huggingface'],
  predict: (network, pixels) =>
    byImage(network.forward(pixels), (one, geometry, options) =>
      decodeMaskClassification(one, 'mask2former', geometry, options),
    ),
  keyNamings: () => [originalNaming(isDetectron2, MASK2FORMER_ORIGINAL_KEYS)],
  unusedKeys: [/^criterion\./, /\.encoder\.(swin|model)\.layernorm\./],
  huggingFace: {
    modelType: 'mask2former',
    readConfig: (where, json) => readMask2FormerConfig(where, json as HuggingFaceMask2Former),
  },
  presets: MASK2FORMER_PUBLISHED,
});
