import { renamed } from '@seg/checkpoint';
import { type ImageGeometry, ParamStore, type Size } from '@seg/core';
import { SOLO_ORIGINAL_KEYS, Solo, soloOutput } from '@seg/models';
import {
  type Instance,
  isInside,
  matrixNms,
  type ScoredMask,
  type SoloCandidate,
  type SoloInstanceOptions,
  type SoloOutput,
  scoredCells,
  soloCandidates,
  soloInstances,
} from '@seg/postprocess';
import * as tf from '@tensorflow/tfjs-core';

import { NOISE_FACTOR, type TapResult } from './compare-tap.ts';
import { formulaParameters, type Golden } from './golden-file.ts';
import { soloConfig } from './solo.ts';
import { goldenPixels } from './verify-forward.ts';

type MaskProfile = { index: number; rowCounts: number[]; colCounts: number[] };

/** A forward golden that goes on to the instances. */
export type SoloDecodeGolden = Golden & {
  decode: {
    testConfig: { nms_pre: number; score_thr: number; mask_thr: number; update_thr: number; max_per_img: number };
    imageShape: Size;
    originalShape: Size;
    candidates: number;
    enteringNms: number;
    preNms: [category: number, score: number, area: number][];
    postNmsScores: number[];
    instances: { category: number; score: number; area: number }[];
    maskProfiles: MaskProfile[];
    noise: { score: number };
  };
};

/** Whether a golden file holds decoded instances of a SOLO. */
export function isSoloDecodeGolden(golden: Golden): golden is SoloDecodeGolden {
  return golden.model.includes('solo') && 'decode' in golden;
}

/** Pixels of a mask that may differ: probabilities at a border can tie with the threshold within rounding. */
const ALLOWED_PIXELS = 2;

/** Checks candidates, suppression, and the instances at the image's own size. */
export async function verifySoloDecode(
  golden: SoloDecodeGolden,
  onResult: (result: TapResult) => boolean,
): Promise<void> {
  const params = new ParamStore(renamed(formulaParameters(golden), SOLO_ORIGINAL_KEYS));
  const model = new Solo(params, soloConfig(golden));
  params.verify();
  const pixels = goldenPixels(golden);
  const prediction = model.forward(pixels);
  try {
    for await (const result of checks(golden, soloOutput(prediction))) if (!onResult(result)) return;
  } finally {
    tf.dispose([pixels, prediction] as tf.TensorContainer);
    model.dispose();
  }
}

async function* checks({ decode, input }: SoloDecodeGolden, output: SoloOutput): AsyncGenerator<TapResult> {
  const geometry: ImageGeometry = {
    originalSize: decode.originalShape,
    resizedSize: decode.imageShape,
    paddedSize: [input.shape[2], input.shape[3]],
  };
  const options = optionsOf(decode);
  const cells = await scoredCells(output, decode.testConfig.score_thr);
  yield countCheck('decode.candidates', cells.length, decode.candidates);
  const candidates = await soloCandidates(output, geometry, options);
  yield countCheck('decode.entering NMS', candidates.length, decode.enteringNms);
  const before = pairing(decode.preNms.map(outlineOfRow), candidates.map(outlineOf), decode, new Map());
  yield pairingCheck('decode.before NMS', before);
  const flips = flippedShares(before);
  yield pairingCheck('decode.behind NMS', behindNms(before, candidates, decode, flips));
  const { instances } = await soloInstances(output, geometry, options);
  const last = pairing(decode.instances, instances.map(outlineOf), decode, flips);
  yield pairingCheck('decode.instances', last);
  for (const profile of decode.maskProfiles) yield profileCheck(profile, last, instances);
}

function optionsOf({ testConfig }: SoloDecodeGolden['decode']): SoloInstanceOptions {
  return {
    scoreThreshold: testConfig.score_thr,
    maskThreshold: testConfig.mask_thr,
    maxCandidates: testConfig.nms_pre,
    keepThreshold: testConfig.update_thr,
    maxInstances: testConfig.max_per_img,
  };
}

/** A mask by what the golden records of it. */
type Outline = { category: number; score: number; area: number };

function outlineOfRow([category, score, area]: [number, number, number]): Outline {
  return { category, score, area };
}

function outlineOf({ category, score, mask }: ScoredMask): Outline {
  return { category, score, area: mask.area };
}

function countCheck(name: string, count: number, expected: number): TapResult {
  const absolute = Math.abs(count - expected);
  return { name, absolute, relative: absolute / expected, allowed: 0, ok: absolute === 0 };
}

/** An expected mask with the index of ours that stands for it, and how far its score may be off. */
type Pair = { wanted: Outline; own: Outline | undefined; index: number; allowed: number };

/**
 * One of ours for each of the expected, every one taken once: order may differ where scores are as close as their
 * noise. Those that agree within noise find each other first.
 */
function pairing(
  expected: Outline[],
  ours: Outline[],
  { noise }: SoloDecodeGolden['decode'],
  flips: ReadonlyMap<number, number>,
): Pair[] {
  const free = new Set(ours.keys());
  const strict = () => NOISE_FACTOR * noise.score;
  const loose = (wanted: Outline, own: Outline) => strict() + movedByFlips(wanted, own, flips);
  const first = expected.map((wanted) => nearest(wanted, ours, free, strict));
  return expected.map((wanted, i) => {
    const index = first[i] ?? nearest(wanted, ours, free, loose);
    const own = index === undefined ? undefined : ours[index];
    return { wanted, own, index: index ?? -1, allowed: own === undefined ? 0 : loose(wanted, own) };
  });
}

/** The index of the nearest that is free, by score, and takes it. */
function nearest(
  wanted: Outline,
  ours: Outline[],
  free: Set<number>,
  allowed: (wanted: Outline, own: Outline) => number,
): number | undefined {
  const off = (i: number) => Math.abs(ours[i].score - wanted.score);
  const [found] = [...free]
    .filter((i) => ours[i].category === wanted.category && areaDifference(wanted, ours[i]) <= ALLOWED_PIXELS)
    .filter((i) => off(i) <= allowed(wanted, ours[i]))
    .sort((a, b) => off(a) - off(b));
  if (found !== undefined) free.delete(found);
  return found;
}

function areaDifference(a: Outline, b: Outline): number {
  return Math.abs(a.area - b.area);
}

/**
 * What pixels move a score by that fell on the other side of the threshold: a mean over a mask by their share of it,
 * and scores behind NMS in the whole class. There exp(−2·IoU²) is divided by the like of another mask, and each changes
 * by 4·IoU times the change of its IoU at most.
 */
function movedByFlips(wanted: Outline, own: Outline, flips: ReadonlyMap<number, number>): number {
  const share = areaDifference(wanted, own) / wanted.area;
  return wanted.score * (share + 8 * (flips.get(wanted.category) ?? 0));
}

/** Of each class, the largest part of a mask that fell on the other side of the threshold. */
function flippedShares(pairs: Pair[]): Map<number, number> {
  const shares = new Map<number, number>();
  for (const { wanted, own } of pairs) {
    const share = own === undefined ? 0 : areaDifference(wanted, own) / wanted.area;
    if (share > 0) shares.set(wanted.category, Math.max(share, shares.get(wanted.category) ?? 0));
  }
  return shares;
}

/** The same pairs with the scores that suppression leaves them. */
function behindNms(
  pairs: Pair[],
  candidates: SoloCandidate[],
  { postNmsScores, noise }: SoloDecodeGolden['decode'],
  flips: ReadonlyMap<number, number>,
): Pair[] {
  const scores = matrixNms(candidates);
  return pairs.map(({ wanted, own, index }, i) => {
    const behind = { wanted: { ...wanted, score: postNmsScores[i] }, index };
    if (own === undefined) return { ...behind, own, allowed: 0 };
    const allowed = NOISE_FACTOR * noise.score + movedByFlips(wanted, own, flips);
    return { ...behind, own: { ...own, score: scores[index] }, allowed };
  });
}

function pairingCheck(name: string, pairs: Pair[]): TapResult {
  const alone = pairs.filter(({ own }) => own === undefined).length;
  const worst = pairs
    .map(({ wanted, own, allowed }) => ({ absolute: Math.abs((own?.score ?? Infinity) - wanted.score), allowed }))
    .reduce((a, b) => (b.absolute - b.allowed > a.absolute - a.allowed ? b : a));
  const note = alone > 0 ? `${alone} of ${pairs.length} without a counterpart` : undefined;
  return { name, ...worst, relative: worst.absolute, ok: worst.absolute <= worst.allowed, note };
}

function profileCheck({ index, rowCounts, colCounts }: MaskProfile, pairs: Pair[], instances: Instance[]): TapResult {
  const name = `decode.mask ${index} by rows and columns`;
  const found = instances[pairs[index].index];
  if (found === undefined) return { name, absolute: Infinity, relative: 0, allowed: ALLOWED_PIXELS, ok: false };
  const { rows, columns } = countsOf(found);
  const absolute = Math.max(distance(rows, rowCounts), distance(columns, colCounts));
  return {
    name,
    absolute,
    relative: absolute / found.mask.area,
    allowed: ALLOWED_PIXELS,
    ok: absolute <= ALLOWED_PIXELS,
  };
}

function countsOf({ mask }: Instance): { rows: number[]; columns: number[] } {
  const rows = new Array<number>(mask.height).fill(0);
  const columns = new Array<number>(mask.width).fill(0);
  for (let i = 0; i < mask.width * mask.height; i++) {
    if (!isInside(mask, i)) continue;
    rows[Math.floor(i / mask.width)]++;
    columns[i % mask.width]++;
  }
  return { rows, columns };
}

function distance(a: number[], b: number[]): number {
  return a.reduce((sum, count, i) => sum + Math.abs(count - b[i]), 0);
}
