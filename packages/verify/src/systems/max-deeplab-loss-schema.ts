import * as v from 'valibot';

import {
  countSchema,
  gradientSchema,
  noiseSchema,
  numberSchema,
  runsSchema,
  saltSchema,
  shapeSchema,
  sideSchema,
  sizeSchema,
} from '../golden/schemas.ts';

const inputSchema = v.object({ key: v.string(), shape: shapeSchema, center: numberSchema, scale: numberSchema });
const numbers = v.record(v.string(), numberSchema);

const caseSchema = v.object({
  slots: sideSchema,
  inputs: v.object({
    mask_logits: inputSchema,
    class_logits: inputSchema,
    feature: inputSchema,
    semantic_logits: inputSchema,
  }),
  valid_rows: v.array(countSchema),
  /** −1 where a row has no slot */
  matched_slot_per_row: v.array(v.pipe(v.number(), v.integer(), v.minValue(-1))),
  terms: numbers,
  terms_noise: v.record(v.string(), noiseSchema),
  total: numberSchema,
  gradients_of_total: v.object({
    mask_logits: gradientSchema,
    class_logits: gradientSchema,
    feature: gradientSchema,
    semantic_logits: gradientSchema,
    normalized_feature: gradientSchema,
  }),
});

/** All terms of MaX-DeepLab's loss on predictions and labels made by formula, with several numbers of slots. */
export const maxDeepLabLossSchema = v.object({
  salt: saltSchema,
  cases: v.pipe(v.array(caseSchema), v.minLength(1)),
  stuff_class_ids: v.array(countSchema),
  /** −1 where no object has the id */
  thing_id_to_class: v.array(v.pipe(v.number(), v.integer(), v.minValue(-1))),
  max_thing_id: countSchema,
  ignore_label: v.literal(0),
  weights: v.object({
    pq_style: noiseSchema,
    mask_id_cross_entropy: noiseSchema,
    instance_discrimination: noiseSchema,
    semantic: noiseSchema,
    alpha: noiseSchema,
    temperature: v.pipe(numberSchema, v.gtValue(0)),
    /** Share of the pixels with the largest semantic losses; all of them */
    top_k_percent: v.literal(1),
  }),
  label_shape: sizeSchema,
  prediction_grid: sizeSchema,
  semantic_rle: runsSchema,
  thing_id_rle: runsSchema,
  semantic_weight_rle: v.array(v.tuple([noiseSchema, countSchema])),
});

export type MaxDeepLabLossGolden = v.InferOutput<typeof maxDeepLabLossSchema>;
export type MaxDeepLabLossCase = v.InferOutput<typeof caseSchema>;
