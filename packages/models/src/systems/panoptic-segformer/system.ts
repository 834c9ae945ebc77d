import { FormatError } from '@seg/checkpoint/safetensors';
import type { Category } from '@seg/image';
import { backboneActivations, tokensAt } from '../../backbones/activations.ts';
import { byImage } from '../../inference/batch-prediction.ts';
import { isMmdetection, originalNaming } from '../key-naming.ts';
import { defineSystem } from '../system.ts';
import { PANOPTIC_SEGFORMER_FIELDS, type PanopticSegFormerConfig } from './config.ts';
import { decodePanopticSegFormer } from './decode.ts';
import { PANOPTIC_SEGFORMER_ORIGINAL_KEYS } from './key-map.ts';
import { PanopticSegFormer } from './panoptic-segformer.ts';
import { PANOPTIC_SEGFORMER_PUBLISHED } from './published.ts';

/** Panoptic SegFormer: Li et al. 2022, "Delving Deeper into Panoptic Segmentation with Transformers". */
export const PANOPTIC_SEGFORMER = defineSystem({
  name: 'panoptic_segformer',
  fields: PANOPTIC_SEGFORMER_FIELDS,
  numClasses: ({ numThingClasses, numStuffClasses }: PanopticSegFormerConfig) => numThingClasses + numStuffClasses,
  ordered: (categories) => [...categories].sort((a, b) => Number(b.isThing) - Number(a.isThing)), // things first, else as they were
  withCategories: (config, categories) => ({ ...config, ...countKinds(categories) }),
  activations: (config, size) => {
    const { backbone, dim, ffnDim, numHeads, numThingQueries, numStuffClasses, maxDetections } = config;
    const tokens = tokensAt(size, 8, 16, 32, 64);
    const queries = Math.max(numThingQueries, maxDetections, numStuffClasses);
    const samples = 4 * numHeads * 3 * config.numPoints; // of four levels: places and weights
    const encoder = tokens * (4 * dim + Math.max(ffnDim, 2 * samples));
    const masks = maxDetections * numHeads * tokens + numThingQueries ** 2 * numHeads + queries * dim;
    return Math.max(backboneActivations(backbone, size), encoder + masks);
  },
  build: (params, config) => new PanopticSegFormer(params, config),
  tasks: ['panoptic', 'instance'],
  inference: ['scoreThreshold', 'overlapThreshold', 'nmsThreshold'],
  predict: (network, pixels) =>
    byImage(network.forward(pixels), (one, geometry, options) =>
      decodePanopticSegFormer(one, network.config.numThingClasses, geometry, options),
    ),
  embeddings: 'embeddings',
  keyNamings: ({ backbone }) => [originalNaming(isMmdetection, PANOPTIC_SEGFORMER_ORIGINAL_KEYS[backbone.type])],
  // class and box heads of the mask decoder of things, whose losses are multiplied by zero
  unusedKeys: [/^bbox_head\.(reg_branches2|cls_thing_branches)\./],
  presets: PANOPTIC_SEGFORMER_PUBLISHED,
});

/** @throws FormatError where there is none of either kind */
function countKinds(categories: readonly Category[]) {
  const numThingClasses = categories.filter(({ isThing }) => isThing).length;
  const numStuffClasses = categories.length - numThingClasses;
  if (numThingClasses > 0 && numStuffClasses > 0) return { numThingClasses, numStuffClasses };
  throw new FormatError(
    `panoptic_segformer: expected things and stuff among the categories, got ${numThingClasses} and ${numStuffClasses}`,
  );
}
