import { formulaValues, type MaskTargets, ParamStore, readTensors, Tape } from '@seg/core';
import {
  assignCells,
  assignedMasks,
  SOLO_LOSS,
  SOLOV2_LOSS,
  type SoloAssignment,
  type SoloLossConfig,
  soloLoss,
  soloTerms,
} from '@seg/losses';
import { cellMaskLogits, createSoloHead, type SoloConfig, type SoloPrediction } from '@seg/models';
import * as tf from '@tensorflow/tfjs-core';

import { compareTap, NOISE_FACTOR, type TapResult } from './compare-tap.ts';
import { formulaParameters, type Golden, type Tap } from './golden-file.ts';
import { inGoldenLayout } from './record-taps.ts';
import { soloConfig } from './solo.ts';
import { soloTargets } from './solo-targets.ts';

type GoldenGradient = { name: string; shape: number[]; l2: number; stride: number; values: number[]; noise: number };
type GoldenCell = [row: number, column: number, label: number, pixels: number];
type FormulaInput = { key: string; shape: [number, number, number, number]; center: number; scale: number };

/** A training step of a head on pyramids from the formula. */
export type SoloLossGolden = Golden & {
  inputs: FormulaInput[];
  predictions: Tap[];
  /** Levels without a cell are left out. */
  assignment: { image: number; level: number; cells: GoldenCell[] }[];
  losses: { mask: number; category: number; total: number };
  noise: { mask: number; category: number };
  gradients: GoldenGradient[];
};

/** Checks assignment, predictions, both terms, the total, and gradients in parameters and pyramid. */
export async function verifySoloLoss(golden: SoloLossGolden, onResult: (result: TapResult) => boolean): Promise<void> {
  const params = new ParamStore(formulaParameters(golden));
  const model = soloConfig(golden);
  const head = createSoloHead(params.root, model);
  params.verify();
  const config = lossConfig(golden, model);
  const pyramid = golden.inputs.map((input) => goldenMap(input, golden.salt));
  const [, , height, width] = golden.inputs[0].shape;
  const targets = soloTargets([4 * height, 4 * width]);
  const assignment = await assignCells(targets, config);
  const tape = new Tape();
  const prediction = params.train(() => tape.record(() => head.forward(pyramid)));
  const variables = params.trainable();
  let terms: Record<'category' | 'mask', tf.Scalar> | undefined;
  const { value, gradients } = tape.gradients(() => {
    const inputs = {
      categoryLogits: prediction.categoryLogits,
      cellMaskLogits: (at: { image: number; level: number }, cells: Int32Array) =>
        cellMaskLogits(prediction.masks, at, cells),
    };
    const { category, mask } = soloTerms(inputs, targets, assignment, config);
    terms = { category: tf.keep(tf.clone(category)), mask: tf.keep(tf.mul(mask, config.mask.weight)) };
    return soloLoss({ category, mask }, config);
  }, [...variables.values(), ...pyramid]);
  const names = [...variables.keys(), ...golden.inputs.map(({ key }) => `input ${key}`)];
  const byName = new Map(names.map((name, i) => [name, gradients[i]]));

  const computed: Computed = { prediction, assignment, targets, losses: { ...terms!, total: value }, byName, params };
  try {
    for await (const result of checks(golden, computed)) if (!onResult(result)) return;
  } finally {
    const masks = targets.map((target) => target.masks);
    const left = [pyramid, prediction, terms, value, gradients.filter((g) => g !== null), masks];
    tf.dispose(left as tf.TensorContainer);
    params.dispose();
  }
}

type Computed = {
  prediction: SoloPrediction;
  assignment: SoloAssignment;
  targets: MaskTargets[];
  losses: Record<'category' | 'mask' | 'total', tf.Scalar>;
  byName: Map<string, tf.Tensor | null>;
  params: ParamStore;
};

function lossConfig(golden: SoloLossGolden, { grids, scaleRanges }: SoloConfig): SoloLossConfig {
  const published = golden.model === 'solov2' ? SOLOV2_LOSS : SOLO_LOSS;
  return { ...published, grids, scaleRanges, centerRatio: golden.config.sigma as number };
}

/** [B, H, W, C] of a map that the golden stores with channels first. */
function goldenMap({ key, shape, center, scale }: FormulaInput, salt: number): tf.Tensor4D {
  return tf.tidy(() => tf.transpose(tf.tensor4d(formulaValues(key, shape, center, scale, salt), shape), [0, 2, 3, 1]));
}

async function* checks(golden: SoloLossGolden, computed: Computed): AsyncGenerator<TapResult> {
  yield* assignmentChecks(golden, computed);
  for (const tap of golden.predictions) {
    const value = predicted(tap.name, computed.prediction);
    const { values, shape } = await inGoldenLayout(value, tap.shape);
    value.dispose();
    yield compareTap(tap, values, shape);
  }
  const noise = { ...golden.noise, total: golden.noise.mask + golden.noise.category };
  for (const name of ['mask', 'category', 'total'] as const) {
    const [value] = await computed.losses[name].data();
    yield lossCheck(name, value, golden.losses[name], noise[name]);
  }
  for (const gradient of golden.gradients) yield await gradientCheck(gradient, computed);
}

/** What a prediction of the file's name is made of, materialized: a new tensor. */
function predicted(name: string, { categoryLogits, masks }: SoloPrediction): tf.Tensor {
  const [, index, kind] = /^(?:level(\d)\.)?(\w+)$/.exec(name) ?? [];
  const level = Number(index);
  if (kind === 'category_logits') return tf.clone(categoryLogits[level]);
  switch (masks.kind) {
    case 'fixed-kernels':
      return tf.tidy(() => {
        const [batch, grid] = categoryLogits[level].shape;
        const cells = Int32Array.from({ length: grid * grid }, (_, cell) => cell);
        return tf.concat(Array.from({ length: batch }, (_, image) => cellMaskLogits(masks, { image, level }, cells)));
      });
    case 'row-column':
      return tf.clone(kind === 'mask_logits_x' ? masks.levels[level].columns : masks.levels[level].rows);
    case 'dynamic-kernels':
      return tf.clone(kind === 'kernels' ? masks.kernels[level] : masks.features);
    default:
      throw masks satisfies never;
  }
}

async function* assignmentChecks(golden: SoloLossGolden, computed: Computed): AsyncGenerator<TapResult> {
  for (const { image, level, cells } of golden.assignment) {
    const ours = await goldenCells(golden, computed, image, level);
    const same = ours.join(' ') === cells.join(' ');
    yield countCheck(`assignment of image ${image} at level ${level}`, same ? 0 : Infinity);
  }
  const listed = new Set(golden.assignment.map(({ image, level }) => `${image} ${level}`));
  const unlisted = computed.assignment.flatMap((levels, image) =>
    levels.filter(({ cells }, level) => cells.length > 0 && !listed.has(`${image} ${level}`)),
  );
  yield countCheck('assignments beyond those listed', unlisted.length);
}

function countCheck(name: string, absolute: number): TapResult {
  return { name, absolute, relative: 0, allowed: 0, ok: absolute === 0 };
}

/**
 * Our assignment as the file lists it: row, column, the cell's label (counted from 1), pixels of the mask. For Decoupled
 * SOLO the reference keeps the masks of positive cells only, and the file takes a place in that list for a cell: entry k
 * stands at row ⌊k / S⌋, column k mod S, with the label of the cell there (0 for none), and the k-th mask.
 */
async function goldenCells(
  { model, predictions }: SoloLossGolden,
  { prediction, assignment, targets }: Computed,
  image: number,
  level: number,
): Promise<GoldenCell[]> {
  const { cells, objects } = assignment[image][level];
  const grid = prediction.categoryLogits[level].shape[1];
  const [, , height, width] = predictions.find(({ name }) => maskMapOf(name, level))!.shape;
  const [pixels] = await readTensors(() => [
    tf.sum(assignedMasks(targets[image].masks, assignment[image][level], [height, width]), [1, 2]),
  ]);
  const labels = new Map(Array.from(cells, (cell, k) => [cell, targets[image].classes[objects[k]] + 1]));
  return Array.from(cells, (cell, k) => {
    const place = model === 'decoupled' ? k : cell;
    return [Math.floor(place / grid), place % grid, labels.get(place) ?? 0, pixels[k]];
  });
}

function maskMapOf(name: string, level: number): boolean {
  return name === 'mask_features' || name.startsWith(`level${level}.mask_logits`);
}

function lossCheck(name: string, value: number, expected: number, noise: number): TapResult {
  const absolute = Math.abs(value - expected);
  // What a float32 of this size resolves stands in where the reference happened to round to less.
  const allowed = NOISE_FACTOR * Math.max(noise, expected * 2 ** -24);
  return { name, absolute, relative: absolute / expected, allowed, ok: absolute <= allowed };
}

async function gradientCheck(golden: GoldenGradient, { byName, params }: Computed): Promise<TapResult> {
  const name = `gradient ${golden.name}`;
  const gradient = byName.get(golden.name);
  if (!gradient) return { name, absolute: Infinity, relative: 0, allowed: 0, ok: false, note: 'no gradient' };
  const [values] = await readTensors(() => [inStoredLayout(gradient, params.storedLayout(golden.name))]);
  const absolute = Math.max(...golden.values.map((expected, i) => Math.abs(values[i * golden.stride] - expected)));
  const allowed = NOISE_FACTOR * golden.noise;
  const normOff = Math.abs(Math.hypot(...values) - golden.l2);
  // The file has no noise for the norm: independent errors move it by about those of the elements, a common factor by
  // what a float32 of its size resolves.
  const normAllowed = NOISE_FACTOR * (golden.noise + golden.l2 * 2 ** -24);
  const note = normOff <= normAllowed ? undefined : `norm off by ${normOff.toExponential(2)}`;
  return { name, absolute, relative: absolute / golden.l2, allowed, ok: absolute <= allowed && !note, note };
}

/** Parameters as they are stored, maps with channels first. */
function inStoredLayout(gradient: tf.Tensor, layout: ReturnType<ParamStore['storedLayout']>): tf.Tensor {
  if (layout) return layout.intoStored(gradient);
  return gradient.rank === 4 ? tf.transpose(gradient, [0, 3, 1, 2]) : tf.clone(gradient);
}
