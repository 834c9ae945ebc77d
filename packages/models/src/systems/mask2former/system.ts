import { backboneActivations, tokensAt } from '../../backbones/activations.ts';
import { STATE_DICT_NAMING } from '../../hugging-face/key-maps.ts';
import { byImage } from '../../inference/batch-prediction.ts';
import { decodeMaskClassification } from '../../inference/decode-mask-classification.ts';
import { isDetectron2, originalNaming } from '../key-naming.ts';
import { defineSystem } from '../system.ts';
import { MASK2FORMER_FIELDS, type Mask2FormerConfig } from './config.ts';
import { MASK2FORMER_HUGGING_FACE, readMask2FormerConfig } from './hugging-face.ts';
import { MASK2FORMER_ORIGINAL_KEYS } from './key-map.ts';
import { Mask2Former } from './mask2former.ts';
import { MASK2FORMER_PUBLISHED } from './published.ts';

/** Mask2Former: Cheng et al. 2022, "Masked-attention Mask Transformer for Universal Image Segmentation". */
export const MASK2FORMER = defineSystem({
  name: 'mask2former',
  fields: MASK2FORMER_FIELDS,
  numClasses: (config: Mask2FormerConfig) => config.numClasses,
  activations: (config, size) => {
    const { dim, maskDim, numHeads, numQueries, encoderFfnDim, backbone } = config;
    const [tokens, quarter] = [tokensAt(size, 8, 16, 32), tokensAt(size, 4)];
    const samples = 3 * numHeads * 3 * config.numPoints; // of three levels: places and weights
    const encoder = tokens * (4 * dim + Math.max(encoderFfnDim, 2 * samples));
    const attention = numQueries * numHeads * (numQueries + tokensAt(size, 8));
    const masks = quarter * (2 * dim + maskDim + 2 * numQueries);
    return Math.max(backboneActivations(backbone, size), encoder, attention + masks);
  },
  build: (params, config) => new Mask2Former(params, config),
  tasks: ['panoptic', 'instance', 'semantic'],
  inference: ['scoreThreshold', 'overlapThreshold', 'nmsThreshold', 'semanticRule'],
  rules: ['original', 'huggingface'],
  predict: (network, pixels) =>
    byImage(network.forward(pixels), (one, geometry, options) =>
      decodeMaskClassification(one, 'mask2former', geometry, options),
    ),
  embeddings: 'model.transformer_module.embeddings',
  keyNamings: () => [STATE_DICT_NAMING, originalNaming(isDetectron2, MASK2FORMER_ORIGINAL_KEYS)],
  unusedKeys: [/^criterion\./, /\.encoder\.(swin|model)\.layernorm\./],
  huggingFace: {
    modelType: 'mask2former',
    table: MASK2FORMER_HUGGING_FACE,
    readConfig: readMask2FormerConfig,
  },
  presets: MASK2FORMER_PUBLISHED,
});
