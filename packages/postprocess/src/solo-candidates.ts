import { readTensors, type Size } from '@seg/core';
import { expectValue } from '@seg/core/expect-options';
import * as tf from '@tensorflow/tfjs-core';
import { packMask } from './bit-mask.ts';
import { A_SHARE, notFinite } from './expect-numbers.ts';
import type { ScoredMask } from './matrix-nms.ts';
import { pointsNms } from './points-nms.ts';
import { inChunks } from './restore-masks.ts';

/** Prediction of a SOLO for one image, computed on demand. */
export type SoloOutput = {
  /** Of each level: [1, S, S, K] */
  categoryLogits(): tf.Tensor4D[];
  /** Mask probabilities of M cells (row · S + column) at 1/4 of the input: [1, h, w, M] */
  cellMasks(level: number, cells: Int32Array): tf.Tensor4D;
};

/** A cell with a class that it may hold. */
export type ScoredCell = { level: number; cell: number; category: number; score: number };

/** The same with its mask at 1/4 of the input; the score then holds the maskness too. */
export type SoloCandidate = ScoredCell & ScoredMask;

/**
 * Pairs of cell and class above a threshold that points NMS leaves; a cell may appear with several classes.
 *
 * @returns Level by level, cells row by row, classes ascending
 */
export async function scoredCells({ categoryLogits }: SoloOutput, threshold: number): Promise<ScoredCell[]> {
  expectValue('scoredCells', 'threshold', threshold, A_SHARE);
  let numClasses = 0;
  const scores = await readTensors(() => {
    const levels = categoryLogits();
    numClasses = levels[0].shape[3];
    return levels.map((logits) => pointsNms(tf.sigmoid(logits)));
  });
  return scores.flatMap((values, level) => {
    const found: ScoredCell[] = [];
    for (let i = 0; i < values.length; i++) {
      if (values[i] <= threshold) continue;
      if (Number.isNaN(values[i])) throw notFinite('scoredCells', 'category logits');
      found.push({ level, cell: Math.floor(i / numClasses), category: i % numClasses, score: values[i] });
    }
    return found;
  });
}

/**
 * Cuts the mask of every cell, drops those that are too small for their level, and multiplies scores by maskness, the
 * mean probability inside the mask. Wang et al. 2020 (SOLO), "Inference".
 *
 * @param options strides: of the levels; a mask must have more pixels at 1/4 of the input
 */
export async function measuredCells(
  output: SoloOutput,
  cells: readonly ScoredCell[],
  paddedSize: Size,
  { maskThreshold, strides }: { maskThreshold: number; strides: readonly number[] },
): Promise<SoloCandidate[]> {
  const measured = new Map<string, Omit<Measured, 'cell'>>();
  for (const [level, stride] of strides.entries()) {
    const unique = [...new Set(cells.filter((found) => found.level === level).map(({ cell }) => cell))];
    for (const { cell, ...rest } of await measureLevel(output, level, unique, paddedSize, maskThreshold)) {
      if (rest.mask.area > stride) measured.set(`${level} ${cell}`, rest);
    }
  }
  return cells.flatMap((found) => {
    const own = measured.get(`${found.level} ${found.cell}`);
    return own === undefined ? [] : [{ ...found, score: found.score * own.maskness, mask: own.mask }];
  });
}

type Measured = { cell: number; mask: ScoredMask['mask']; maskness: number };

async function measureLevel(
  { cellMasks }: SoloOutput,
  level: number,
  cells: number[],
  paddedSize: Size,
  threshold: number,
): Promise<Measured[]> {
  const quarter: Size = [paddedSize[0] / 4, paddedSize[1] / 4];
  const measured: Measured[] = [];
  for (const chunk of inChunks(cells, { originalSize: quarter, resizedSize: quarter, paddedSize: quarter })) {
    const [values] = await readTensors(() => [tf.sub(cellMasks(level, Int32Array.from(chunk)), threshold)]);
    const maskness = meanInside(values, chunk.length).map((mean) => mean + threshold);
    chunk.forEach((cell, k) => {
      measured.push({ cell, mask: packMask(values, k, chunk.length, quarter), maskness: maskness[k] });
    });
  }
  return measured;
}

/** Mean of the values above 0 of each of `count` interleaved maps, in doubles. */
function meanInside(values: ArrayLike<number>, count: number): number[] {
  const sums = new Float64Array(count);
  const areas = new Int32Array(count);
  for (let i = 0; i < values.length; i++) {
    if (values[i] <= 0) continue;
    if (Number.isNaN(values[i])) throw notFinite('soloInstances', 'cell masks');
    sums[i % count] += values[i];
    areas[i % count]++;
  }
  return Array.from(sums, (sum, k) => (areas[k] === 0 ? 0 : sum / areas[k]));
}
