import * as v from 'valibot';

import {
  countSchema,
  gradientSchema,
  noiseSchema,
  numberSchema,
  saltSchema,
  shapeSchema,
  sideSchema,
  sizeSchema,
} from '../golden/schemas.ts';

const inputSchema = v.object({
  key: v.string(),
  shape: shapeSchema,
  center: numberSchema,
  scale: numberSchema,
  relu: v.boolean(),
});

const objectEntries = {
  label: countSchema,
  /** Half open pixel ranges, top, bottom, left, right, whose union is the mask */
  mask_rects_y0y1x0x1: v.array(v.tuple([countSchema, countSchema, countSchema, countSchema])),
};

/** Inputs of the loss, in the order of its gradients. */
export const LOSS_INPUTS = ['class_logits', 'boxes', 'thing_masks', 'stuff_masks', 'stuff_logits'] as const;

const ofEachInput = <S extends v.GenericSchema>(schema: S) =>
  v.object({
    class_logits: schema,
    boxes: schema,
    thing_masks: schema,
    stuff_masks: schema,
    stuff_logits: schema,
  });

/** Both matchings, all terms, and gradients in predictions made by formula. */
export const panopticSegFormerLossSchema = v.object({
  salt: saltSchema,
  setup: v.object({ thing_classes: sideSchema, stuff_classes: sideSchema, image: sizeSchema, mask_grid: sizeSchema }),
  inputs: ofEachInput(inputSchema),
  things: v.array(
    v.object({ ...objectEntries, box_yxyx: v.tuple([numberSchema, numberSchema, numberSchema, numberSchema]) }),
  ),
  stuff: v.array(v.object(objectEntries)),
  matchings: v.array(
    v.object({ stage: v.string(), assigned_gt: v.array(v.pipe(v.number(), v.integer(), v.minValue(-1))) }),
  ),
  terms: v.record(v.string(), numberSchema),
  terms_noise: v.record(v.string(), noiseSchema),
  groups: v.object({ total: numberSchema }),
  gradients_of_total: ofEachInput(gradientSchema),
});

export type PanopticSegFormerLossGolden = v.InferOutput<typeof panopticSegFormerLossSchema>;
