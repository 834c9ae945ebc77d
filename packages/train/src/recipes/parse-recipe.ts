import { parseJson, readAs } from '@seg/checkpoint';
import type { AugmentStep } from '@seg/data';
import * as v from 'valibot';

import type { Recipe } from './recipe.ts';

const positive = v.pipe(v.number(), v.gtValue(0));
const notNegative = v.pipe(v.number(), v.minValue(0));
const count = v.pipe(v.number(), v.integer(), v.minValue(1));
const part = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const optionalPart = v.optional(part);
const pattern = v.pipe(v.string(), v.check(isPattern, 'expected a regular expression'));
const side = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2 ** 14)); // images may have 16,384 pixels a side
const size = v.strictTuple([side, side]);
const range = v.strictTuple([positive, positive]);
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
  v.strictObject({ kind: v.literal('scale-jitter'), size, range: v.optional(range), leastShare: optionalPart }),
  v.strictObject({ kind: v.literal('shortest-edge'), shortestEdges: v.array(side), longestEdge: side }),
  v.strictObject({
    kind: v.literal('crop'),
    size: v.union([size, v.strictObject({ least: side, most: side })]),
    leastShare: optionalPart,
  }),
  v.strictObject({ kind: v.literal('color') }),
  v.strictObject({ kind: v.literal('one-of'), choices: v.array(steps) }),
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

const FIELDS = v.partial(
  v.strictObject({
    steps: count,
    learningRate: notNegative,
    warmup: v.pipe(v.number(), v.integer(), v.minValue(0)),
    warmupFactor: part,
    schedule: v.variant('kind', [
      v.strictObject({ kind: v.picklist(['cosine', 'constant']) }),
      v.strictObject({ kind: v.literal('poly'), power: v.optional(positive) }),
      v.strictObject({ kind: v.literal('step'), milestones: v.array(count), factor: v.optional(positive) }),
    ]),
    optimizer: v.variant('kind', [
      v.strictObject({
        kind: v.picklist(['adamw', 'radam']),
        betas: v.optional(v.strictTuple([part, part])),
        epsilon: v.optional(positive),
      }),
      v.strictObject({ kind: v.literal('sgd'), momentum: optionalPart }),
    ]),
    lookahead: v.strictObject({ every: v.optional(count), part: optionalPart }),
    weightDecay: notNegative,
    groups: v.array(
      v.strictObject({ keys: pattern, learningRate: v.optional(notNegative), weightDecay: v.optional(notNegative) }),
    ),
    clipNorm: positive,
    average: part,
    accumulate: count,
    freeze: v.array(pattern),
    seed: v.pipe(v.number(), v.safeInteger()),
    batch: count,
    augment: steps,
    resize: RESIZE,
    loss: v.record(v.string(), v.unknown()),
    semanticWeight: notNegative,
    validateEvery: count,
    patience: count,
    saveEvery: count,
  }),
);

/** Lists pass for objects whose fields may all be absent. */
const RECIPE = v.pipe(
  v.custom<object>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), 'an object'),
  FIELDS,
);

/**
 * Reads a recipe from JSON: its fields in place of a base's. Fields that are not known are refused.
 *
 * @param file Names the text in errors
 * @throws FormatError naming the field, what was expected, and what came
 */
export function parseRecipe(file: string, text: string, base: Recipe): Recipe {
  const changes = readAs(file, RECIPE, parseJson(file, text)) as Partial<Recipe>;
  return { ...base, ...changes };
}
