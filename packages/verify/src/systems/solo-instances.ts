import type { ImageGeometry } from '@seg/core';
import { type Solo, soloOutput } from '@seg/models';
import {
  type Instance,
  isInside,
  matrixNms,
  type SoloInstanceOptions,
  type SoloOutput,
  scoredCells,
  soloCandidates,
  soloInstances,
} from '@seg/postprocess';
import * as tf from '@tensorflow/tfjs-core';
import * as v from 'valibot';

import { ALLOWED_PIXELS } from '../compare/compare-map.ts';
import { compareFaults } from '../compare/compare-values.ts';
import { failed, judged, type TapResult } from '../compare/tap-result.ts';
import { allowance } from '../compare/tolerance.ts';
import { inputSize } from '../golden/formula-tensors.ts';
import { countSchema, type ImageInput, noiseSchema, numberSchema, sideSchema, sizeSchema } from '../golden/schemas.ts';
import {
  behindNms,
  comparePairing,
  type InstancePair,
  outlineOf,
  outlineOfRow,
  pairing,
  withinCut,
} from './solo-pairing.ts';
import { undecidedShifts } from './solo-undecided.ts';

const profileSchema = v.object({
  index: countSchema,
  rowCounts: v.array(countSchema),
  colCounts: v.array(countSchema),
});

/** Decoding of a SOLO's prediction: candidates, suppression, and the instances at the image's own size. */
export const decodeSchema = v.object({
  testConfig: v.object({
    nms_pre: sideSchema,
    score_thr: noiseSchema,
    mask_thr: noiseSchema,
    update_thr: noiseSchema,
    kernel: v.picklist(['gaussian', 'linear']),
    sigma: numberSchema,
    max_per_img: sideSchema,
  }),
  imageShape: sizeSchema,
  originalShape: sizeSchema,
  candidates: countSchema,
  enteringNms: countSchema,
  /** Category, score, area at stride 4, by descending score */
  preNms: v.array(v.tuple([countSchema, numberSchema, countSchema])),
  postNmsScores: v.array(numberSchema),
  instances: v.array(v.object({ category: countSchema, score: numberSchema, area: countSchema })),
  maskProfiles: v.array(profileSchema),
  noise: v.object({ score: noiseSchema }),
});

type SoloDecode = v.InferOutput<typeof decodeSchema>;

/** Noise of the reference's logits, and of its mask probabilities where the file has it. */
export const noiseFloorSchema = v.object({
  categoryLogits: v.optional(noiseSchema, 0),
  masks: v.optional(noiseSchema),
});

/** The image of a file, and what it knows of its noise. */
type Recorded = { input: ImageInput; noiseFloor: v.InferOutput<typeof noiseFloorSchema> };

/** Compares candidates, suppression and instances. @param strides Of the head's levels */
export async function* instanceChecks(
  decode: SoloDecode,
  { input, noiseFloor }: Recorded,
  model: Solo,
  pixels: tf.Tensor4D,
  strides: readonly number[],
): AsyncGenerator<TapResult> {
  const prediction = model.forward(pixels);
  const geometry = {
    originalSize: decode.originalShape,
    resizedSize: decode.imageShape,
    paddedSize: inputSize(input),
  };
  try {
    yield* checks(decode, soloOutput(prediction), geometry, optionsOf(decode, strides), maskAllowance(noiseFloor));
  } finally {
    tf.dispose(prediction as tf.TensorContainer);
  }
}

/** Allowed difference of a mask's probabilities: a quarter, sigmoid's steepest slope, of what the head's logits may be. */
function maskAllowance({ categoryLogits, masks = categoryLogits / 4 }: Recorded['noiseFloor']): number {
  return allowance({ noise: masks });
}

async function* checks(
  decode: SoloDecode,
  output: SoloOutput,
  geometry: ImageGeometry,
  options: SoloInstanceOptions,
  offMask: number,
): AsyncGenerator<TapResult> {
  const { testConfig, noise } = decode;
  const cells = await scoredCells(output, testConfig.score_thr);
  yield compareFaults('decode.candidates', Math.abs(cells.length - decode.candidates));
  const candidates = await soloCandidates(output, geometry, options);
  yield compareFaults('decode.entering NMS', Math.abs(candidates.length - decode.enteringNms));
  const before = pairing(decode.preNms.map(outlineOfRow), candidates.map(outlineOf), noise.score);
  yield comparePairing('decode.before NMS', before);
  const nms = { kernel: testConfig.kernel, sigma: testConfig.sigma };
  const scores = matrixNms(candidates, nms);
  const shifts = await undecidedShifts(output, candidates, scores, { threshold: testConfig.mask_thr, nms }, offMask);
  const behind = candidates.map((own, i) => ({ ...outlineOf(own), score: scores[i], shift: shifts[i] }));
  yield comparePairing('decode.behind NMS', behindNms(before, decode.postNmsScores, behind, noise.score));
  // Every survivor: one pixel on the other side of the threshold moves a small mask, and those it meets, by many ranks.
  const { instances } = await soloInstances(output, geometry, { ...options, maxInstances: candidates.length });
  const survivors = behind.filter(({ score }) => score >= testConfig.update_thr).sort((a, b) => b.score - a.score);
  const ours = instances.map((own, i) => ({ ...outlineOf(own), shift: survivors[i]?.shift }));
  const last = withinCut(pairing(decode.instances, ours, noise.score), ours, testConfig.max_per_img, noise.score);
  yield comparePairing('decode.instances', last);
  for (const profile of decode.maskProfiles) yield compareProfile(profile, last, instances);
}

function optionsOf({ testConfig }: SoloDecode, strides: readonly number[]): SoloInstanceOptions {
  return {
    scoreThreshold: testConfig.score_thr,
    maskThreshold: testConfig.mask_thr,
    strides,
    maxCandidates: testConfig.nms_pre,
    nms: { kind: 'matrix', kernel: testConfig.kernel, sigma: testConfig.sigma },
    keepThreshold: testConfig.update_thr,
    maxInstances: testConfig.max_per_img,
  };
}

function compareProfile(
  { index, rowCounts, colCounts }: v.InferOutput<typeof profileSchema>,
  pairs: InstancePair[],
  instances: Instance[],
): TapResult {
  const name = `decode.mask ${index} by rows and columns`;
  const found = instances[pairs[index]?.index];
  if (found === undefined) return failed(name, ALLOWED_PIXELS, 'no such instance');
  const { rows, columns } = countsOf(found);
  const absolute = Math.max(distance(rows, rowCounts), distance(columns, colCounts));
  return judged(name, absolute, ALLOWED_PIXELS, found.mask.area);
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
