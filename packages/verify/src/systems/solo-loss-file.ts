import { FormatError } from '@seg/checkpoint/safetensors';
import { formulaValues, type MaskTargets } from '@seg/core';
import { SOLO_LOSS, SOLOV2_LOSS, type SoloLossConfig } from '@seg/losses';
import * as tf from '@tensorflow/tfjs-core';
import * as v from 'valibot';

import {
  countSchema,
  modelEntries,
  namedGradientSchema,
  noiseSchema,
  numberSchema,
  sideSchema,
  sizeSchema,
  tapSchema,
} from '../golden/schemas.ts';
import { drawTargets, parseTargets } from '../golden/target-formulas.ts';
import { headEntries, maskFeatureSchema } from './solo-config.ts';

/** Pixels between those of the finest map, P2 of the feature pyramid. */
const FINEST_STRIDE = 4;

const inputSchema = v.object({
  key: v.string(),
  /** [B, C, h, w] */
  shape: v.tuple([sideSchema, sideSchema, sideSchema, sideSchema]),
  center: numberSchema,
  scale: numberSchema,
});

/** A training step of a head on pyramids from the formula. */
export const soloLossSchema = v.object({
  ...modelEntries,
  model: v.picklist(['solo', 'decoupled', 'decoupled_solo', 'solov2']),
  config: v.object({
    ...headEntries,
    mask_feat_head: v.optional(maskFeatureSchema),
    mask_loss_weight: noiseSchema,
    /** The published values, and the only ones that the loss has */
    focal: v.object({ gamma: v.literal(2), alpha: v.literal(0.25) }),
    /** Of the padded input; four times the finest map unless told */
    image: v.optional(sizeSchema),
  }),
  inputs: v.pipe(v.array(inputSchema), v.length(5)),
  targets: v.pipe(v.array(v.string()), v.minLength(1)),
  /** Boxes of the targets' masks, as left, top, right, bottom */
  boxes: v.optional(v.array(v.array(v.array(numberSchema)))),
  labels: v.optional(v.array(v.array(countSchema))),
  predictions: v.array(v.object({ ...tapSchema.entries, name: v.pipe(v.string(), v.regex(/^(?:level[0-4]\.)?\w+$/)) })),
  /** Levels without a cell are left out */
  assignment: v.array(
    v.object({
      image: countSchema,
      level: v.pipe(countSchema, v.maxValue(4)),
      cells: v.array(v.tuple([countSchema, countSchema, countSchema, countSchema])),
    }),
  ),
  losses: v.object({ mask: numberSchema, category: numberSchema, total: numberSchema }),
  noise: v.object({ mask: noiseSchema, category: noiseSchema }),
  gradients: v.array(namedGradientSchema),
});

export type SoloLossGolden = v.InferOutput<typeof soloLossSchema>;
/** Row, column, label from 1, pixels of the mask. */
export type GoldenCell = SoloLossGolden['assignment'][number]['cells'][number];

/** System of a file; older files call Decoupled SOLO `decoupled`. */
export function modelName({ model }: SoloLossGolden): 'solo' | 'decoupled_solo' | 'solov2' {
  return model === 'decoupled' ? 'decoupled_solo' : model;
}

/** Loss as the file configures it. */
export function lossConfig({ model, config }: SoloLossGolden): SoloLossConfig {
  return {
    ...(model === 'solov2' ? SOLOV2_LOSS : SOLO_LOSS),
    grids: config.num_grids,
    scaleRanges: config.scale_ranges,
    centerRatio: config.sigma,
    mask: { kind: 'dice', weight: config.mask_loss_weight },
  };
}

/** Targets at the size of the padded input; labels count from 1. */
export function goldenTargets(where: string, golden: SoloLossGolden): MaskTargets[] {
  const [batch, , height, width] = golden.inputs[0].shape;
  const images = parseTargets(where, golden.targets);
  if (images.length !== batch)
    throw new FormatError(`${where}: expected targets of ${batch} images, got ${images.length}`);
  const size = golden.config.image ?? [FINEST_STRIDE * height, FINEST_STRIDE * width];
  return drawTargets(where, images, size, { firstLabel: 1, numClasses: golden.config.num_classes });
}

/** A map that the golden stores with channels first. @returns [B, h, w, C] */
export function goldenMap(input: SoloLossGolden['inputs'][number], salt: number): tf.Tensor4D {
  const { key, shape, center, scale } = input;
  return tf.tidy(() => tf.transpose(tf.tensor4d(formulaValues(key, shape, center, scale, salt), shape), [0, 2, 3, 1]));
}
