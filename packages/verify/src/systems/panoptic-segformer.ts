import {
  isUnused,
  PANOPTIC_SEGFORMER_ORIGINAL_KEYS,
  PANOPTIC_SEGFORMER_PRESETS,
  PanopticSegFormer,
  type PanopticSegFormerConfig,
  topDetections,
} from '@seg/models';
import * as tf from '@tensorflow/tfjs-core';
import * as v from 'valibot';

import type { GoldenModel } from '../forward/golden-model.ts';
import { forwardEntries, verifyForward } from '../forward/verify-forward.ts';
import { inputSize } from '../golden/formula-tensors.ts';
import { goldenKind } from '../golden/golden.ts';
import { noiseSchema, numberSchema, sideSchema, sizeSchema } from '../golden/schemas.ts';
import { compareBoxes, comparePairs, mergeChecks, pairEntries, panopticSchema } from './panoptic-segformer-maps.ts';

const byKind = v.tuple([noiseSchema, noiseSchema]);

const schema = v.object({
  ...forwardEntries,
  model: v.picklist(['panoptic_segformer_r50', 'panoptic_segformer_r101']),
  config: v.object({
    queries: sideSchema,
    stuff_queries: sideSchema,
    thing_classes: sideSchema,
    embed: sideSchema,
    heads: sideSchema,
    points: sideSchema,
    ffn: sideSchema,
    encoder_layers: sideSchema,
    decoder_layers: sideSchema,
    thing_mask_blocks: sideSchema,
    stuff_mask_blocks: sideSchema,
    max_per_img: sideSchema,
    /** Of things, then of stuff */
    quality_threshold: byKind,
    overlap_threshold: byKind,
    original_shape: sizeSchema,
  }),
  detections: v.optional(
    v.object({
      ...pairEntries,
      boxes: v.array(v.tuple([numberSchema, numberSchema, numberSchema, numberSchema])),
      score_noise: noiseSchema,
    }),
  ),
  panoptic: v.optional(v.tuple([panopticSchema])),
});

type PanopticSegFormerGolden = v.InferOutput<typeof schema>;

/** Forward passes of Panoptic SegFormer, with detections and the panoptic map. */
export const PANOPTIC_SEGFORMER_GOLDENS = [
  goldenKind('golden-1', ['panoptic_segformer_r50', 'panoptic_segformer_r101'], schema, (golden, where, options) =>
    verifyForward(where, golden, goldenModel(where, golden), options),
  ),
];

function goldenModel(where: string, golden: PanopticSegFormerGolden): GoldenModel {
  const config = panopticSegFormerConfig(golden);
  return {
    keyMap: PANOPTIC_SEGFORMER_ORIGINAL_KEYS.resnet,
    ignored: (key) => isUnused(config, key),
    create: (params) => {
      const model = new PanopticSegFormer(params, config);
      return {
        run: (pixels) => runAllLayers(model, pixels),
        decoded: (pixels) => decodedChecks(where, golden, model, pixels),
      };
    },
    tapPath,
  };
}

function panopticSegFormerConfig({ model, config: original }: PanopticSegFormerGolden): PanopticSegFormerConfig {
  return {
    ...PANOPTIC_SEGFORMER_PRESETS[model === 'panoptic_segformer_r101' ? 'coco-panoptic-r101' : 'coco-panoptic-r50'],
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

/** Order, scores and boxes of the detections, in pixels of the input, and every pixel of the map. */
async function* decodedChecks(
  where: string,
  { detections, panoptic, config, input, taps }: PanopticSegFormerGolden,
  model: PanopticSegFormer,
  pixels: tf.Tensor4D,
) {
  const prediction = model.forward(pixels);
  const size = inputSize(input);
  try {
    if (detections !== undefined) {
      yield* comparePairs(detections, prediction.things, { noise: detections.score_noise });
      const last = taps.find(({ name }) => name === `location_decoder/boxes.${config.decoder_layers - 1}`);
      const noise = (last?.noise ?? 0) * Math.max(...size);
      yield await compareBoxes(prediction.things.boxes, size, detections.boxes.flat(), noise);
    }
    if (panoptic === undefined) return;
    const geometry = { originalSize: config.original_shape, resizedSize: size, paddedSize: size };
    const [things, stuff] = config.quality_threshold;
    const [thingOverlap, stuffOverlap] = config.overlap_threshold;
    yield* mergeChecks(where, prediction, geometry, panoptic[0], {
      thingClasses: config.thing_classes,
      scoreThresholds: { things, stuff },
      overlapThresholds: { things: thingOverlap, stuff: stuffOverlap },
    });
  } finally {
    tf.dispose(prediction as tf.TensorContainer);
  }
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
