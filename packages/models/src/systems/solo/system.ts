import * as tf from '@tensorflow/tfjs-core';

import { backboneActivations, tokensAt } from '../../backbones/activations.ts';
import { isMmdetection, originalNaming } from '../key-naming.ts';
import { defineSystem } from '../system.ts';
import { SOLO_FIELDS, type SoloConfig } from './config.ts';
import { decodeSolo } from './decode.ts';
import { SOLO_MMDETECTION_KEYS, SOLO_ORIGINAL_KEYS } from './key-map.ts';
import { SOLO_PUBLISHED } from './published.ts';
import { Solo } from './solo.ts';

/** SOLO, Decoupled SOLO, its Light form (Wang et al. 2020, arXiv 1912.04488) and SOLOv2 (arXiv 2003.10152). */
export const SOLO = defineSystem({
  name: 'solo',
  fields: SOLO_FIELDS,
  numClasses: (config: SoloConfig) => config.numClasses,
  activations: (config, size) => {
    const { backbone, fpnDim, headDim, grids, numClasses } = config;
    const pyramid = tokensAt(size, 4, 8, 16, 32, 64) * fpnDim;
    const cells = grids.reduce((sum, grid) => sum + grid ** 2, 0);
    const towers = 3 * headDim * tokensAt(size, 4); // the finest level's
    const masks =
      config.model === 'solo' ? Math.max(...grids.map((grid, i) => grid ** 2 * tokensAt(size, 4 * 2 ** i))) : 0;
    return Math.max(backboneActivations(backbone, size), pyramid + towers + masks + cells * numClasses);
  },
  build: (params, config) => new Solo(params, config),
  tasks: ['instance'],
  inference: ['scoreThreshold'],
  predict: (network, pixels) => {
    const prediction = network.forward(pixels);
    return {
      decode: (image, geometry, options) => decodeSolo(prediction, image, geometry, options),
      outputs: prediction,
      dispose: () => tf.dispose(prediction),
    };
  },
  keyNamings: ({ model }) => [
    {
      name: 'mmdetection',
      isUsed: (key) => key.startsWith('mask_head.'),
      keyMap: SOLO_MMDETECTION_KEYS[model],
    },
    originalNaming(isMmdetection, SOLO_ORIGINAL_KEYS),
  ],
  presets: SOLO_PUBLISHED,
});
