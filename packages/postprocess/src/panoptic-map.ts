import { type ImageGeometry, type MaskPrediction, readTensors } from '@seg/core';
import { A_FLAG, A_SET, expectOptions, expectValue, oneOf } from '@seg/core/expect-options';
import type { SegmentMap } from '@seg/image';
import { confidentQueries, readClassProbabilities, type ScoredQuery } from './class-probabilities.ts';
import { expectGeometry } from './expect-geometry.ts';
import { A_SHARE } from './expect-numbers.ts';
import { PixelContest } from './pixel-contest.ts';
import { type HuggingFaceRule, inChunks, isHuggingFace, maskProbabilities, type Restoration } from './restore-masks.ts';
import { measureSegments, type SegmentClaim } from './segment-map.ts';

/** Publisher's rule for panoptic maps. */
export type PanopticRule = 'mask2former' | 'maskformer' | HuggingFaceRule;

/** Options of panoptic maps: classes of things, the rule, and its thresholds. */
export type PanopticOptions = {
  /** Class indices of things. All others are stuff, of which an image has one segment each. */
  things: ReadonlySet<number>;
  /** Default: `'mask2former'`. */
  rule?: PanopticRule;
  /** Least class probability, exclusive. Default: the rule's. */
  scoreThreshold?: number;
  /** Least part of its own area that a query must win. Default: the rule's. */
  overlapThreshold?: number;
  /** Classes whose segments become one. Default: all stuff; for transformers' rules none, as there. */
  fuse?: ReadonlySet<number>;
  /** Gives segments the number of their query. Default: false. */
  queries?: boolean;
};

/** Differences between the published rules. */
type RuleTerms = {
  restoration: Restoration;
  scoreThreshold: number;
  overlapThreshold: number;
  /** A query's own area is where its probability, times its score or not, reaches ½. */
  weighsOwnArea: boolean;
  /** Paints only pixels within the query's own area. */
  paintsOwnAreaOnly: boolean;
  /** The overlap must exceed its threshold, not only reach it. */
  isStrict: boolean;
};

/** Common to transformers' rules of both systems. */
const HUGGING_FACE = {
  scoreThreshold: 0.5,
  overlapThreshold: 0.8,
  weighsOwnArea: true,
  paintsOwnAreaOnly: false,
  isStrict: true,
} as const;

const RULES: Readonly<Record<PanopticRule, RuleTerms>> = {
  mask2former: {
    restoration: 'original',
    scoreThreshold: 0.8,
    overlapThreshold: 0.8,
    weighsOwnArea: false,
    paintsOwnAreaOnly: true,
    isStrict: false,
  },
  maskformer: {
    restoration: 'original',
    scoreThreshold: 0.8,
    overlapThreshold: 0.8,
    weighsOwnArea: false,
    paintsOwnAreaOnly: false,
    isStrict: false,
  },
  huggingface: { ...HUGGING_FACE, restoration: 'huggingface' },
  'huggingface-384': { ...HUGGING_FACE, restoration: 'huggingface-384' },
};

const OPTIONS = {
  things: A_SET,
  rule: oneOf(...Object.keys(RULES)),
  scoreThreshold: A_SHARE,
  overlapThreshold: A_SHARE,
  fuse: A_SET,
  queries: A_FLAG,
};

/**
 * Panoptic inference of mask classification (Cheng et al. 2021, §3.4; Mask2Former 9b0651c `panoptic_inference`):
 * confident queries compete for every pixel by score · mask probability; a query that wins too little of its own area
 * is dropped; the segments of a stuff class become one.
 *
 * The rules differ as published. `'huggingface'` is transformers 5.18's for MaskFormer, `'huggingface-384'` that for
 * Mask2Former, except that segment ids count on after a fused class, where transformers gives an id twice.
 *
 * @param prediction Of one image: B = 1
 */
export async function panopticMap(
  prediction: MaskPrediction,
  geometry: ImageGeometry,
  options: PanopticOptions,
): Promise<SegmentMap> {
  expectOptions('panopticMap', options, OPTIONS);
  expectValue('panopticMap', 'things', options?.things, A_SET);
  expectGeometry('panopticMap', geometry);
  const rule = options.rule ?? 'mask2former';
  const terms = { ...RULES[rule], ...withoutUndefined(options) };
  const probabilities = await readClassProbabilities('panopticMap', prediction);
  const queries = confidentQueries(probabilities, terms.scoreThreshold);
  const contest = await holdContest(prediction, geometry, queries, terms);
  const fuses = options.fuse ?? (isHuggingFace(rule) ? new Set<number>() : complement(options.things));
  const { claims, idOf } = decideSegments(contest, queries, terms, (category) => fuses.has(category), options.things);
  const [height, width] = geometry.originalSize;
  const ids = contest.paint(idOf, terms.paintsOwnAreaOnly);
  const segments = measureSegments(
    ids,
    width,
    options.queries ? claims : claims.map(({ query: _, ...claim }) => claim),
  );
  return { ids, width, height, segments };
}

/** Shows the maps of all queries to the contest, a part at a time. */
async function holdContest(
  { maskLogits }: MaskPrediction,
  geometry: ImageGeometry,
  queries: ScoredQuery[],
  { restoration, weighsOwnArea }: RuleTerms,
): Promise<PixelContest> {
  const contest = new PixelContest(geometry.originalSize[0] * geometry.originalSize[1], weighsOwnArea);
  for (const chunk of inChunks(queries, geometry)) {
    const indices = chunk.map(({ query }) => query);
    const [maps] = await readTensors(() => [maskProbabilities(maskLogits, indices, geometry, restoration)]);
    contest.enter(
      maps,
      chunk.map(({ score }) => score),
    );
  }
  return contest;
}

/** Goes through the queries in their order and gives an id to each that keeps enough of its own area. */
function decideSegments(
  contest: PixelContest,
  queries: ScoredQuery[],
  { overlapThreshold, isStrict, paintsOwnAreaOnly }: RuleTerms,
  isFused: (category: number) => boolean,
  things: ReadonlySet<number>,
): { claims: SegmentClaim[]; idOf: Int32Array } {
  const claims: SegmentClaim[] = [];
  const fused = new Map<number, SegmentClaim>();
  const idOf = new Int32Array(queries.length);
  for (const [k, { query, category, score }] of queries.entries()) {
    const { won, own, wonOwn } = contest.areas(k);
    if (won === 0 || own === 0 || (paintsOwnAreaOnly && wonOwn === 0)) continue;
    if (isStrict ? won / own <= overlapThreshold : won / own < overlapThreshold) continue;
    const earlier = fused.get(category);
    const claim = earlier ?? { id: claims.length + 1, category, isThing: things.has(category), score, query };
    if (score > claim.score) [claim.score, claim.query] = [score, query];
    idOf[k] = claim.id;
    if (earlier === undefined) claims.push(claim);
    if (isFused(category)) fused.set(category, claim);
  }
  return { claims, idOf };
}

function withoutUndefined({ scoreThreshold, overlapThreshold }: PanopticOptions): Partial<RuleTerms> {
  return {
    ...(scoreThreshold === undefined ? {} : { scoreThreshold }),
    ...(overlapThreshold === undefined ? {} : { overlapThreshold }),
  };
}

function complement(things: ReadonlySet<number>): Pick<ReadonlySet<number>, 'has'> {
  return { has: (category) => !things.has(category) };
}
