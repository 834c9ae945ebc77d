import { backboneActivations, tokensAt } from '../../backbones/activations.ts';
import { STATE_DICT_NAMING } from '../../hugging-face/key-maps.ts';
import { byImage } from '../../inference/batch-prediction.ts';
import { decodeMaskClassification } from '../../inference/decode-mask-classification.ts';
import { isDetectron2, originalNaming } from '../key-naming.ts';
import { defineSystem } from '../system.ts';
import { MASKFORMER_FIELDS, type MaskFormerConfig } from './config.ts';
import { MASKFORMER_HUGGING_FACE, readMaskFormerConfig } from './hugging-face.ts';
import { MASKFORMER_ORIGINAL_KEYS } from './key-map.ts';
import { MaskFormer } from './maskformer.ts';
import { MASKFORMER_PUBLISHED } from './published.ts';

/** MaskFormer: Cheng et al. 2021, "Per-Pixel Classification is Not All You Need for Semantic Segmentation". */
export const MASKFORMER = defineSystem({
  name: 'maskformer',
  fields: MASKFORMER_FIELDS,
  numClasses: (config: MaskFormerConfig) => config.numClasses,
  activations: (config, size) => {
    const { fpnDim, maskDim, numHeads, numQueries, numEncoderLayers, backbone } = config;
    const [memory, quarter] = [tokensAt(size, 32), tokensAt(size, 4)];
    const encoder = numEncoderLayers > 0 ? numHeads * memory ** 2 : 0;
    const attention = numQueries * numHeads * (numQueries + memory);
    const masks = quarter * (3 * fpnDim + maskDim + 2 * numQueries);
    return Math.max(backboneActivations(backbone, size), encoder, attention + masks);
  },
  build: (params, config) => new MaskFormer(params, config),
  tasks: ['panoptic', 'instance', 'semantic'],
  inference: ['scoreThreshold', 'overlapThreshold', 'nmsThreshold', 'semanticRule'],
  rules: ['original', 'huggingface'],
  predict: (network, pixels) =>
    byImage(network.forward(pixels), (one, geometry, options) =>
      decodeMaskClassification(one, 'maskformer', geometry, options),
    ),
  embeddings: 'model.transformer_module.embeddings',
  keyNamings: () => [STATE_DICT_NAMING, originalNaming(isDetectron2, MASKFORMER_ORIGINAL_KEYS)],
  unusedKeys: [/^criterion\./, /\.encoder\.(swin|model)\.layernorm\./],
  huggingFace: {
    modelType: 'maskformer',
    table: MASKFORMER_HUGGING_FACE,
    readConfig: readMaskFormerConfig,
  },
  presets: MASKFORMER_PUBLISHED,
});
