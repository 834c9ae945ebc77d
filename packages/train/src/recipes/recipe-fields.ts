import type { AugmentStep } from '@seg/data';
import * as v from 'valibot';

import type { Recipe } from './recipe.ts';

/** Images of a step: more than the largest batch of the papers, 64, by far; a slip of the hand costs all memory. */
const MOST_IMAGES = 4096;

/** Steps: a hundred times as many as the longest published recipe has; each is a line of the log. */
const MOST_STEPS = 100_000_000;

/** Pixels of a crop: 4096 a side, sixteen times the area of the largest published one; the sides that files may have are too many. */
const MOST_PIXELS = 16_777_216;

/** Samples that come again: their order is held in memory, of so many 4 MB. */
const MOST_SAMPLES = 1_000_000;

const positive = v.pipe(v.number(), v.finite('a finite number'), v.gtValue(0));
const notNegative = v.pipe(v.number(), v.finite('a finite number'), v.minValue(0));
const count = v.pipe(v.number(), v.safeInteger('a whole number'), v.minValue(1));
const images = v.pipe(count, v.maxValue(MOST_IMAGES));
const sampleCount = v.pipe(count, v.maxValue(MOST_SAMPLES));
const stepCount = v.pipe(count, v.maxValue(MOST_STEPS));
const part = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
/** Decay of a memory: one of 1 forgets nothing, and Adam divides by 1 − β. */
const decay = v.pipe(v.number(), v.minValue(0), v.ltValue(1));
const optionalPart = v.optional(part);
const pattern = v.pipe(v.string(), v.check(isPattern, 'a regular expression'));
const side = v.pipe(v.number(), v.integer('a whole number'), v.minValue(1), v.maxValue(2 ** 14)); // images may have 16,384 pixels a side
const size = v.pipe(
  v.strictTuple([side, side]),
  v.check(([height, width]) => height * width <= MOST_PIXELS, `at most ${MOST_PIXELS} pixels`),
);
const range = v.pipe(
  v.strictTuple([positive, positive]),
  v.check(([least, most]) => least <= most, 'the smaller end first'),
);
const sides = v.pipe(
  v.strictObject({ least: side, most: side }),
  v.check(({ least, most }) => least <= most, 'the smaller side as least'),
);
const edges = { shortestEdge: side, longestEdge: side };

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

const steps: v.GenericSchema<AugmentStep[]> = v.lazy(() => v.array(STEP));

const STEP: v.GenericSchema<AugmentStep> = v.variant('kind', [
  v.strictObject({
    kind: v.literal('flip'),
    axis: v.optional(v.picklist(['horizontal', 'vertical'])),
    chance: optionalPart,
  }),
  v.strictObject({ kind: v.literal('turn'), chance: optionalPart }),
  v.strictObject({ kind: v.literal('scale-jitter'), size, range: v.optional(range), leastShare: optionalPart }),
  v.strictObject({
    kind: v.literal('shortest-edge'),
    shortestEdges: v.pipe(v.array(side), v.minLength(1)),
    longestEdge: side,
  }),
  v.strictObject({
    kind: v.literal('crop'),
    size: v.union([size, sides]),
    keep: v.optional(v.picklist(['anything', 'object'])),
    leastShare: optionalPart,
  }),
  v.strictObject({ kind: v.literal('color') }),
  v.strictObject({ kind: v.literal('one-of'), choices: v.pipe(v.array(steps), v.minLength(1)) }),
  v.strictObject({
    kind: v.literal('mosaic'),
    chance: part,
    otherwise: v.optional(steps),
    size,
    range: v.optional(range),
    leastShare: optionalPart,
  }),
  v.strictObject({
    kind: v.literal('copy-paste'),
    chance: part,
    source: steps,
    share: optionalPart,
    leastShare: optionalPart,
  }),
]) as v.GenericSchema<AugmentStep>;

const RESIZE = v.variant('kind', [
  v.strictObject({ kind: v.picklist(['shortest-edge', 'truncated-edge', 'rescale']), ...edges }),
  v.strictObject({ kind: v.literal('square'), side }),
  v.strictObject({ kind: v.literal('within'), maxHeight: side, maxWidth: side }),
  v.strictObject({ kind: v.literal('exact'), size }),
  v.strictObject({ kind: v.literal('none') }),
]);

/** Fields of a recipe, as JSON or code gives them. */
export const RECIPE_FIELDS = {
  steps: stepCount,
  learningRate: notNegative,
  warmup: v.pipe(v.number(), v.safeInteger('a whole number'), v.minValue(0)),
  warmupFactor: part,
  schedule: v.variant('kind', [
    v.strictObject({ kind: v.picklist(['cosine', 'constant']) }),
    v.strictObject({ kind: v.literal('poly'), power: v.optional(positive) }),
    v.strictObject({ kind: v.literal('step'), milestones: v.array(count), factor: v.optional(positive) }),
  ]),
  optimizer: v.variant('kind', [
    v.strictObject({
      kind: v.picklist(['adamw', 'radam']),
      betas: v.optional(v.strictTuple([decay, decay])),
      epsilon: v.optional(positive),
    }),
    v.strictObject({ kind: v.literal('sgd'), momentum: v.optional(decay) }),
  ]),
  lookahead: v.strictObject({ every: v.optional(count), part: optionalPart }),
  weightDecay: notNegative,
  groups: v.array(
    v.strictObject({ keys: pattern, learningRate: v.optional(notNegative), weightDecay: v.optional(notNegative) }),
  ),
  clipNorm: positive,
  average: decay,
  accumulate: images,
  recompute: v.boolean(),
  freeze: v.array(pattern),
  seed: v.pipe(v.number(), v.safeInteger('a whole number')),
  batch: images,
  augment: steps,
  distinctSamples: sampleCount,
  keptFeatures: v.strictObject({
    bytes: v.optional(v.pipe(v.number(), v.safeInteger('a whole number'), v.minValue(0))),
    precision: v.optional(v.picklist(['float32', 'float16'])),
  }),
  resize: RESIZE,
  nmsThreshold: part,
  loss: v.record(v.string(), v.unknown()),
  semanticWeight: notNegative,
  validateEvery: count,
  patience: count,
  saveEvery: count,
} satisfies Record<keyof Recipe, v.GenericSchema>;
