import { type ImageGeometry, readTensors } from '@seg/core';
import { expectOptions, expectValue, listOf, type OptionCheck, oneOf } from '@seg/core/expect-options';
import * as tf from '@tensorflow/tfjs-core';
import { packMask } from './bit-mask.ts';
import { expectGeometry } from './expect-geometry.ts';
import { A_COUNT, A_SHARE } from './expect-numbers.ts';
import type { Instance, InstanceList } from './instances.ts';
import { maskNms } from './mask-nms.ts';
import { MATRIX_NMS, type MatrixNmsOptions, matrixNms } from './matrix-nms.ts';
import { inChunks, restoreMasks } from './restore-masks.ts';
import { measuredCells, type SoloCandidate, type SoloOutput, scoredCells } from './solo-candidates.ts';

/** Thresholds of SOLO's decoding, and how duplicates are removed. */
export type SoloInstanceOptions = {
  /** A class score must exceed it before maskness is known. */
  scoreThreshold?: number;
  /** A mask probability must exceed it. */
  maskThreshold?: number;
  /** Strides of the levels. */
  strides?: readonly number[];
  /** Number of the best masks that compete. */
  maxCandidates?: number;
  /** Suppression of masks of one class. */
  nms?: SoloNms;
  /** Least score of an instance. */
  keepThreshold?: number;
  maxInstances?: number;
};

/** Suppression of duplicates: decayed scores, or none of two that overlap. */
export type SoloNms = ({ kind: 'matrix' } & MatrixNmsOptions) | { kind: 'mask'; threshold?: number };

/** `test_cfg` of the authors' configs, the same in all of them. */
export const SOLO_INSTANCES: Required<SoloInstanceOptions> = {
  scoreThreshold: 0.1,
  maskThreshold: 0.5,
  strides: [8, 8, 16, 32, 32],
  maxCandidates: 500,
  nms: { kind: 'matrix', kernel: 'gaussian', sigma: 2 },
  keepThreshold: 0.05,
  maxInstances: 100,
};

const KINDS = {
  matrix: { kind: oneOf('matrix'), ...MATRIX_NMS },
  mask: { kind: oneOf('mask'), threshold: A_SHARE },
};
const OPTIONS = {
  scoreThreshold: A_SHARE,
  maskThreshold: A_SHARE,
  strides: listOf(A_COUNT),
  maxCandidates: A_COUNT,
  nms: ['an object with a kind', (value) => typeof value === 'object' && value !== null] satisfies OptionCheck,
  keepThreshold: A_SHARE,
  maxInstances: A_COUNT,
};

function expectSolo(where: string, options: SoloInstanceOptions): void {
  expectOptions(where, options, OPTIONS);
  const { nms } = options;
  if (nms === undefined) return;
  expectValue(where, 'nms.kind', nms.kind, oneOf(...Object.keys(KINDS)));
  expectOptions<object>(`${where}: nms`, nms, KINDS[nms.kind]);
}

/**
 * Instance inference of SOLO and SOLOv2: likely cells, their masks, suppression of doubles, and the masks that remain
 * at the pixels of the image. Wang et al. 2020 (SOLO), "Inference"; `get_seg_single` of WXinlong/SOLO f4cd03b.
 */
export async function soloInstances(
  output: SoloOutput,
  geometry: ImageGeometry,
  options: SoloInstanceOptions = {},
): Promise<InstanceList> {
  expectSolo('soloInstances', options);
  expectGeometry('soloInstances', geometry);
  const settings = { ...SOLO_INSTANCES, ...options };
  const candidates = await soloCandidates(output, geometry, settings);
  const kept = suppressed(candidates, settings.nms)
    .filter(({ score }) => score >= settings.keepThreshold)
    .sort((a, b) => b.score - a.score)
    .slice(0, settings.maxInstances);
  const [height, width] = geometry.originalSize;
  return { instances: await restored(output, kept, geometry, settings), width, height };
}

/** The masks that compete, most certain first: everything before suppression. */
export async function soloCandidates(
  output: SoloOutput,
  geometry: ImageGeometry,
  options: SoloInstanceOptions = {},
): Promise<SoloCandidate[]> {
  expectSolo('soloCandidates', options);
  expectGeometry('soloCandidates', geometry);
  const { paddedSize } = geometry;
  const settings = { ...SOLO_INSTANCES, ...options };
  const cells = await scoredCells(output, settings.scoreThreshold);
  const measured = await measuredCells(output, cells, paddedSize, settings);
  return measured.sort((a, b) => b.score - a.score).slice(0, settings.maxCandidates);
}

function suppressed(candidates: SoloCandidate[], nms: SoloNms): SoloCandidate[] {
  switch (nms.kind) {
    case 'matrix': {
      const { kind: _, ...decay } = nms;
      const scores = matrixNms(candidates, decay);
      return candidates.map((candidate, i) => ({ ...candidate, score: scores[i] }));
    }
    case 'mask':
      return maskNms(candidates, nms.threshold).map((i) => candidates[i]);
    default:
      throw new RangeError(`soloInstances: expected matrix, mask as nms.kind, got ${nms satisfies never}`);
  }
}

/** Probabilities, not masks, are brought to the pixels of the image, and cut there. */
async function restored(
  { cellMasks }: SoloOutput,
  kept: SoloCandidate[],
  geometry: ImageGeometry,
  { strides, maskThreshold }: Required<SoloInstanceOptions>,
): Promise<Instance[]> {
  const instances = new Map<SoloCandidate, Instance>();
  for (const level of strides.keys()) {
    const ofLevel = kept.filter((candidate) => candidate.level === level);
    for (const chunk of inChunks(ofLevel, geometry)) {
      const cells = Int32Array.from(chunk, ({ cell }) => cell);
      const [values] = await readTensors(() => [
        tf.sub(restoreMasks(cellMasks(level, cells), geometry), maskThreshold),
      ]);
      for (const [k, candidate] of chunk.entries()) {
        const mask = packMask(values, k, chunk.length, geometry.originalSize);
        instances.set(candidate, { category: candidate.category, score: candidate.score, mask });
      }
    }
  }
  return kept.map((candidate) => instances.get(candidate)!);
}
