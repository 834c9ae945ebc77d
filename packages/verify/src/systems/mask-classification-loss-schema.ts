import * as v from 'valibot';

import {
  countSchema,
  imageInputSchema,
  modelEntries,
  namedGradientSchema,
  noiseSchema,
  numberSchema,
  shapeSchema,
  sideSchema,
  tapSchema,
} from '../golden/schemas.ts';

const entries = {
  ...modelEntries,
  input: imageInputSchema,
  targets: v.pipe(v.array(v.string()), v.minLength(1)),
  weights: v.object({ loss_ce: noiseSchema, loss_mask: noiseSchema, loss_dice: noiseSchema }),
  predictions: v.array(
    v.object({ ...tapSchema.entries, name: v.pipe(v.string(), v.regex(/^prediction\.\d+\.(?:class|mask)_logits$/)) }),
  ),
  matching: v.array(
    v.object({
      output: v.pipe(v.string(), v.regex(/^(?:final|\d+)$/)),
      images: v.array(v.object({ queries: v.array(countSchema), targets: v.array(countSchema) })),
    }),
  ),
  losses: v.record(v.string(), numberSchema),
  total: numberSchema,
  noise: v.object({ losses: noiseSchema, total: noiseSchema }),
  gradients: v.array(namedGradientSchema),
};

/** A training step of MaskFormer: `golden-loss-1`. */
export const maskFormerLossSchema = v.object({ ...entries, config: v.looseObject({ no_object_weight: noiseSchema }) });

/** A training step of Mask2Former: `golden-loss-1`, with the points where masks are compared. */
export const mask2FormerLossSchema = v.object({
  ...entries,
  config: v.looseObject({
    no_object_weight: noiseSchema,
    train_num_points: sideSchema,
    oversample_ratio: v.pipe(numberSchema, v.minValue(1), v.maxValue(100)),
    importance_sample_ratio: v.pipe(numberSchema, v.minValue(0), v.maxValue(1)),
  }),
  points: v.object({ tensors: v.array(v.tuple([v.string(), shapeSchema])) }),
});

export type MaskFormerLossGolden = v.InferOutput<typeof maskFormerLossSchema>;
export type Mask2FormerLossGolden = v.InferOutput<typeof mask2FormerLossSchema>;
