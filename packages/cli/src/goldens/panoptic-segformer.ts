import {
  isUnused,
  PANOPTIC_SEGFORMER_ORIGINAL_KEYS,
  PANOPTIC_SEGFORMER_PRESETS,
  PanopticSegFormer,
  type PanopticSegFormerConfig,
  topDetections,
} from '@seg/models';
import * as tf from '@tensorflow/tfjs-core';

import type { Golden } from './golden-file.ts';
import type { GoldenModel } from './golden-models.ts';

type OriginalConfig = {
  queries: number;
  stuff_queries: number;
  thing_classes: number;
  embed: number;
  heads: number;
  points: number;
  ffn: number;
  encoder_layers: number;
  decoder_layers: number;
  thing_mask_blocks: number;
  stuff_mask_blocks: number;
  max_per_img: number;
};

/** How a golden file of Panoptic SegFormer is built and where its taps are. */
export function panopticSegFormerGolden(golden: Golden): GoldenModel {
  const config = panopticSegFormerConfig(golden);
  return {
    keyMap: PANOPTIC_SEGFORMER_ORIGINAL_KEYS.resnet,
    ignored: (key) => isUnused(config, key),
    create: (params) => {
      const model = new PanopticSegFormer(params, config);
      return { run: (pixels) => runAllLayers(model, pixels) };
    },
    tapPath,
  };
}

/** The model that a golden file describes. */
export function panopticSegFormerConfig({ config }: Golden): PanopticSegFormerConfig {
  const original = config as OriginalConfig;
  return {
    ...PANOPTIC_SEGFORMER_PRESETS['coco-panoptic-r50'],
    numThingClasses: original.thing_classes,
    numStuffClasses: original.stuff_queries,
    numThingQueries: original.queries,
    dim: original.embed,
    numHeads: original.heads,
    numPoints: original.points,
    ffnDim: original.ffn,
    numEncoderLayers: original.encoder_layers,
    numLocationLayers: original.decoder_layers,
    numThingBlocks: original.thing_mask_blocks,
    numStuffBlocks: original.stuff_mask_blocks,
    maxDetections: original.max_per_img,
  };
}

/** Masks of every layer, for the queries that inference keeps. */
function runAllLayers(model: PanopticSegFormer, pixels: tf.Tensor4D): void {
  const { locations, maskMemory } = model.locate(pixels);
  const { queries } = topDetections(locations.predictions.at(-1)!, model.config.maxDetections);
  model.head.allThings(tf.gather(locations.queries, queries, 1, 1) as tf.Tensor3D, maskMemory);
  model.head.allStuff(maskMemory);
}

function tapPath(name: string): string | null {
  const [part, place, detail] = name.split(/[./]/);
  switch (part) {
    case 'backbone':
      return place === 'maxpool' ? 'backbone.embedder' : `backbone.output.${Number(place.slice('layer'.length)) - 1}`;
    case 'positional_encoding':
      return `bbox_head.transformer.positional_encoding.${place}`;
    case 'location_decoder':
      return `bbox_head.location_decoder.${detail}.${place}`;
    case 'output':
      return 'bbox_head.stuff_logits.5'; // of the last block
    default:
      return name.replace(' (before sigmoid)', '').replace('/', '.');
  }
}
