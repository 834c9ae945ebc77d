import { tokensAt } from '../../backbones/activations.ts';
import { byImage } from '../../inference/batch-prediction.ts';
import { originalNaming } from '../key-naming.ts';
import { defineSystem } from '../system.ts';
import { MAX_DEEPLAB_FIELDS, type MaxDeepLabConfig } from './config.ts';
import { decodeMaxDeepLab } from './decode.ts';
import { MAX_DEEPLAB_ORIGINAL_KEYS } from './key-map.ts';
import { MaxDeepLab } from './max-deeplab.ts';
import { MAX_DEEPLAB_PUBLISHED } from './published.ts';

/** MaX-DeepLab: Wang et al. 2021, "End-to-End Panoptic Segmentation with Mask Transformers". */
export const MAX_DEEPLAB = defineSystem({
  name: 'max-deeplab',
  fields: MAX_DEEPLAB_FIELDS,
  numClasses: (config: MaxDeepLabConfig) => config.numClasses,
  activations: (config, size) => {
    const { numSlots, headDim, embeddingDim, encoder, memoryDim } = config;
    const stage = Math.max(...encoder.dims.map((dim, i) => 3 * dim * tokensAt(size, i === 0 ? 2 : 4 * 2 ** (i - 1))));
    const masks = tokensAt(size, 4) * (2 * headDim + embeddingDim + 2 * numSlots);
    const memory = numSlots * (numSlots * encoder.numHeads + memoryDim + encoder.ffnDim);
    return Math.max(stage, masks) + memory;
  },
  build: (params, config) => new MaxDeepLab(params, config),
  tasks: ['panoptic', 'semantic'],
  inference: ['scoreThreshold'],
  predict: (network, pixels) => byImage(network.forward(pixels), decodeMaxDeepLab),
  embeddings: 'output/mask_kernel_f',
  keyNamings: () => [originalNaming((key) => key.endsWith('/.ATTRIBUTES/VARIABLE_VALUE'), MAX_DEEPLAB_ORIGINAL_KEYS)],
  presets: MAX_DEEPLAB_PUBLISHED,
});
