import { type MaskTargets, readTensors } from '@seg/core';
import { assignedMasks, type SoloAssignment } from '@seg/losses';
import type { SoloPrediction } from '@seg/models';
import * as tf from '@tensorflow/tfjs-core';

import { compareFaults } from '../compare/compare-values.ts';
import type { TapResult } from '../compare/tap-result.ts';
import type { GoldenCell, SoloLossGolden } from './solo-loss-file.ts';

type Assigned = { prediction: SoloPrediction; assignment: SoloAssignment; targets: MaskTargets[] };

/** Labels and boxes that the file lists beside the formulas of its targets. */
export async function* targetChecks(golden: SoloLossGolden, targets: MaskTargets[]): AsyncGenerator<TapResult> {
  if (golden.labels !== undefined) {
    const ours = targets.map(({ classes }) => Array.from(classes, (one) => one + 1));
    yield compareFaults('targets.labels', JSON.stringify(ours) === JSON.stringify(golden.labels) ? 0 : 1);
  }
  if (golden.boxes !== undefined) {
    const ours = await Promise.all(targets.map(({ masks }) => boxesOf(masks)));
    yield compareFaults('targets.boxes', JSON.stringify(ours) === JSON.stringify(golden.boxes) ? 0 : 1);
  }
}

/** Outermost pixels of masks as left, top, right, bottom. @param masks [T, H, W] */
async function boxesOf(masks: tf.Tensor3D): Promise<number[][]> {
  const [count, height, width] = masks.shape;
  const values = await masks.data();
  return Array.from({ length: count }, (_, t) => {
    const box = [width, height, -1, -1];
    for (let i = 0; i < height * width; i++) {
      if (values[t * height * width + i] === 0) continue;
      const [x, y] = [i % width, Math.floor(i / width)];
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
    }
    return box;
  });
}

/** Cells of every level that the file lists, and that there are no others. */
export async function* assignmentChecks(golden: SoloLossGolden, assigned: Assigned): AsyncGenerator<TapResult> {
  for (const { image, level, cells } of golden.assignment) {
    const ours = await goldenCells(golden, assigned, image, level);
    const isSame = ours?.join(' ') === cells.join(' ');
    yield compareFaults(`assignment of image ${image} at level ${level}`, isSame ? 0 : 1);
  }
  const listed = new Set(golden.assignment.map(({ image, level }) => `${image} ${level}`));
  const unlisted = assigned.assignment.flatMap((levels, image) =>
    levels.filter(({ cells }, level) => cells.length > 0 && !listed.has(`${image} ${level}`)),
  );
  yield compareFaults('assignments beyond those listed', unlisted.length);
}

/**
 * Our assignment as the file lists it: row, column, the cell's label (counted from 1), pixels of the mask. For Decoupled
 * SOLO the reference keeps the masks of positive cells only, and the file takes a place in that list for a cell: entry k
 * stands at row ⌊k / S⌋, column k mod S, with the label of the cell there (0 for none), and the k-th mask.
 */
async function goldenCells(
  { model, predictions }: SoloLossGolden,
  { prediction, assignment, targets }: Assigned,
  image: number,
  level: number,
): Promise<GoldenCell[] | undefined> {
  const ofImage = assignment.at(image)?.at(level);
  const maskTap = predictions.find(({ name }) => isMaskMap(name, level));
  if (ofImage === undefined || maskTap === undefined) return undefined;
  const { cells, objects } = ofImage;
  const grid = prediction.categoryLogits[level].shape[1];
  const [, , height, width] = maskTap.shape;
  const [pixels] = await readTensors(() => [
    tf.sum(assignedMasks(targets[image].masks, ofImage, [height, width]), [1, 2]),
  ]);
  const labels = new Map(Array.from(cells, (cell, k) => [cell, targets[image].classes[objects[k]] + 1]));
  return Array.from(cells, (cell, k) => {
    const place = model.startsWith('decoupled') ? k : cell;
    return [Math.floor(place / grid), place % grid, labels.get(place) ?? 0, pixels[k]];
  });
}

function isMaskMap(name: string, level: number): boolean {
  return name === 'mask_features' || name.startsWith(`level${level}.mask_logits`);
}
