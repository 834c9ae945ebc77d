import { type ImageGeometry, ParamStore, renamed, type Size } from '@seg/core';
import { Solo, SOLO_ORIGINAL_KEYS, soloOutput } from '@seg/models';
import {
  type Instance,
  isInside,
  matrixNms,
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
  yield pairingCheck('decode.masks before and behind NMS', competitors(decode), scoredTwice(candidates), decode);
  const { instances } = await soloInstances(output, geometry, options);
  const expected = decode.instances.map(({ category, score, area }) => ({ category, scores: [score], area }));
  yield pairingCheck('decode.instances', expected, instances.map(outlineOf), decode);
  for (const profile of decode.maskProfiles) yield profileCheck(profile, expected, instances, decode);
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
type Outline = { category: number; scores: number[]; area: number };

function competitors({ preNms, postNmsScores }: SoloDecodeGolden['decode']): Outline[] {
  return preNms.map(([category, score, area], i) => ({ category, scores: [score, postNmsScores[i]], area }));
}

function scoredTwice(candidates: SoloCandidate[]): Outline[] {
  const behind = matrixNms(candidates);
  return candidates.map(({ category, score, mask }, i) => ({ category, scores: [score, behind[i]], area: mask.area }));
}

function outlineOf({ category, score, mask }: Instance): Outline {
  return { category, scores: [score], area: mask.area };
}

function countCheck(name: string, count: number, expected: number): TapResult {
  const absolute = Math.abs(count - expected);
  return { name, absolute, relative: absolute / expected, allowed: 0, ok: absolute === 0 };
}

/** Each expected mask must have one of ours for its own: order may differ where scores are as close as their noise. */
function pairingCheck(name: string, expected: Outline[], ours: Outline[], decode: SoloDecodeGolden['decode']): TapResult {
  const pairs = pairing(expected, ours, decode);
  const alone = pairs.filter((own) => own === undefined).length;
  const differences = pairs.map((own, i) => (own === undefined ? 0 : scoreDifference(expected[i], ours[own])));
  const absolute = alone > 0 ? Infinity : Math.max(...differences);
  const note = alone > 0 ? `${alone} of ${expected.length} without a counterpart` : undefined;
  return { name, absolute, relative: absolute, allowed: allowedScore(decode), ok: alone === 0, note };
}

/** For each of the expected the nearest of ours that is not taken, as index, or undefined. */
function pairing(expected: Outline[], ours: Outline[], decode: SoloDecodeGolden['decode']): (number | undefined)[] {
  const free = new Set(ours.keys());
  return expected.map((wanted) => {
    const fitting = [...free]
      .filter((i) => ours[i].category === wanted.category && Math.abs(ours[i].area - wanted.area) <= ALLOWED_PIXELS)
      .filter((i) => scoreDifference(wanted, ours[i]) <= allowedScore(decode))
      .sort((a, b) => scoreDifference(wanted, ours[a]) - scoreDifference(wanted, ours[b]));
    if (fitting.length > 0) free.delete(fitting[0]);
    return fitting[0];
  });
}

function scoreDifference(a: Outline, b: Outline): number {
  return Math.max(...a.scores.map((score, i) => Math.abs(score - b.scores[i])));
}

function allowedScore({ noise }: SoloDecodeGolden['decode']): number {
  return NOISE_FACTOR * noise.score;
}

function profileCheck(
  { index, rowCounts, colCounts }: MaskProfile,
  expected: Outline[],
  instances: Instance[],
  decode: SoloDecodeGolden['decode'],
): TapResult {
  const name = `decode.mask ${index} by rows and columns`;
  const own = pairing(expected, instances.map(outlineOf), decode)[index];
  if (own === undefined) return { name, absolute: Infinity, relative: 0, allowed: ALLOWED_PIXELS, ok: false };
  const { rows, columns } = countsOf(instances[own]);
  const absolute = Math.max(distance(rows, rowCounts), distance(columns, colCounts));
  const { area } = instances[own].mask;
  return { name, absolute, relative: absolute / area, allowed: ALLOWED_PIXELS, ok: absolute <= ALLOWED_PIXELS };
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
