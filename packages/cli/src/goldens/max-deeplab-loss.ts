import { formulaValues, readTensors, Tape } from '@seg/core';
import {
  MAX_DEEPLAB_LOSS,
  type MaxDeepLabLossInputs,
  type MaxDeepLabTerms,
  matchMaxDeepLab,
  maxDeepLabLoss,
  maxDeepLabTerms,
  type PanopticGrid,
} from '@seg/losses';
import * as tf from '@tensorflow/tfjs-core';

import { NOISE_FACTOR, type TapResult } from './compare-tap.ts';

type Runs = [value: number, count: number][];
type FormulaInput = { key: string; shape: number[]; center: number; scale: number };
type GradientGolden = { shape: number[]; l2: number; noise: number; stride: number; values: number[] };

type LossCase = {
  slots: number;
  inputs: Record<'mask_logits' | 'class_logits' | 'feature' | 'semantic_logits', FormulaInput>;
  valid_rows: number[];
  matched_slot_per_row: number[];
  terms: Record<string, number>;
  terms_noise: Record<string, number>;
  total: number;
  gradients_of_total: Record<string, GradientGolden>;
};

/** All terms of MaX-DeepLab's loss on predictions and labels made by formula, with several numbers of slots. */
export type MaxDeepLabLossGolden = {
  salt: number;
  cases: LossCase[];
  stuff_class_ids: number[];
  max_thing_id: number;
  label_shape: [number, number];
  semantic_rle: Runs;
  thing_id_rle: Runs;
  semantic_weight_rle: Runs;
  thing_id_to_class: number[];
};

const STRIDE = 4;

/** Checks assignments, terms, the total and the gradients with respect to predictions, case by case. */
export async function verifyMaxDeepLabLoss(
  golden: MaxDeepLabLossGolden,
  onResult: (result: TapResult) => boolean,
): Promise<void> {
  const grid = goldenGrid(golden);
  try {
    for (const lossCase of golden.cases) {
      for await (const result of checks(golden, lossCase, grid)) if (!onResult(result)) return;
    }
  } finally {
    tf.dispose(grid as unknown as tf.TensorContainer);
  }
}

/** One row for every thing id, then one for every stuff class; those without a pixel stay. */
function goldenGrid(golden: MaxDeepLabLossGolden): PanopticGrid {
  const [semantic, things, weights] = [golden.semantic_rle, golden.thing_id_rle, golden.semantic_weight_rle].map(
    (runs) => sampled(runs, golden.label_shape),
  );
  const { stuff_class_ids: stuff, max_thing_id: maxThing, thing_id_to_class: classOfThing } = golden;
  const rows = maxThing + stuff.length;
  const masks = new Float32Array(semantic.length * rows);
  for (let i = 0; i < semantic.length; i++) {
    const row = things[i] >= 0 ? things[i] : stuff.includes(semantic[i]) ? maxThing + stuff.indexOf(semantic[i]) : -1;
    if (row >= 0) masks[i * rows + row] = 1;
  }
  return {
    masks: tf.tensor2d(masks, [semantic.length, rows]),
    classes: Int32Array.from([...classOfThing, ...stuff], (id) => Math.max(0, id - 1)),
    known: tf.tensor1d(Float32Array.from(semantic, (id) => (id === 0 ? 0 : 1))),
    isThing: tf.tensor1d(Float32Array.from(things, (id) => (id >= 0 ? 1 : 0))),
    semantic: tf.tensor1d(Int32Array.from(semantic), 'int32'),
    weights: tf.tensor1d(Float32Array.from(weights)),
  };
}

function sampled(runs: Runs, [height, width]: [number, number]): number[] {
  const labels = runs.flatMap(([value, count]) => new Array<number>(count).fill(value));
  const kept: number[] = [];
  for (let y = 0; y < height; y += STRIDE) {
    for (let x = 0; x < width; x += STRIDE) kept.push(labels[y * width + x]);
  }
  return kept;
}

async function* checks(
  { salt }: MaxDeepLabLossGolden,
  lossCase: LossCase,
  grid: PanopticGrid,
): AsyncGenerator<TapResult> {
  const names = ['mask_logits', 'class_logits', 'feature', 'semantic_logits'] as const;
  const inputs = names.map((name) => {
    const { key, shape, center, scale } = lossCase.inputs[name];
    return tf.tensor(formulaValues(key, shape, center, scale, salt), shape);
  });
  const tape = new Tape();
  const prediction = tape.record(() => predictionOf(inputs));
  const [matching] = await matchMaxDeepLab(prediction, () => [grid]);
  yield matchingCheck(lossCase, matching);
  let terms: MaxDeepLabTerms | undefined;
  const { value, gradients } = tape.gradients(() => {
    terms = maxDeepLabTerms(prediction, [grid], [matching], MAX_DEEPLAB_LOSS);
    for (const term of Object.values(terms)) tf.keep(term);
    return maxDeepLabLoss(terms, MAX_DEEPLAB_LOSS);
  }, [...inputs, prediction.pixelFeatures]);
  try {
    yield* termChecks(lossCase, terms!, value);
    for (const [i, name] of [...names, 'normalized_feature'].entries()) {
      yield await gradientCheck(
        `${lossCase.slots} slots: gradient ${name}`,
        lossCase.gradients_of_total[name],
        gradients[i],
      );
    }
  } finally {
    tf.dispose([inputs, prediction, terms, value, gradients] as unknown as tf.TensorContainer);
  }
}

function predictionOf([maskLogits, classLogits, feature, semanticLogits]: tf.Tensor[]): MaxDeepLabLossInputs {
  const squares = tf.sum(tf.square(feature), -1, true);
  return {
    maskLogits: tf.clone(maskLogits) as tf.Tensor4D,
    classLogits: tf.clone(classLogits) as tf.Tensor3D,
    pixelFeatures: tf.mul(feature, tf.rsqrt(tf.maximum(squares, 1e-12))) as tf.Tensor4D,
    semanticLogits: tf.clone(semanticLogits) as tf.Tensor4D,
  };
}

function matchingCheck({ slots, valid_rows, matched_slot_per_row }: LossCase, ours: Int32Array): TapResult {
  const absolute = valid_rows.filter((row) => ours[row] !== matched_slot_per_row[row]).length;
  return { name: `${slots} slots: matching`, absolute, relative: 0, allowed: 0, ok: absolute === 0 };
}

async function* termChecks(lossCase: LossCase, terms: MaxDeepLabTerms, total: tf.Scalar): AsyncGenerator<TapResult> {
  const { pqWeight, maskIdWeight, instanceWeight, semanticWeight } = MAX_DEEPLAB_LOSS;
  const weighted: [name: string, term: tf.Scalar, weight: number][] = [
    ['instance_discrimination_loss', terms.instance, instanceWeight],
    ['pq_style_loss_mask_dice_term', terms.pqMask, pqWeight],
    ['pq_style_loss_class_term', terms.pqClass, pqWeight],
    ['mask_id_cross_entropy_loss', terms.maskId, maskIdWeight],
    ['semantic_loss', terms.semantic, semanticWeight],
  ];
  for (const [name, term, weight] of weighted) {
    const [value] = await term.data();
    yield scalarCheck(
      `${lossCase.slots} slots: ${name}`,
      value * weight,
      lossCase.terms[name],
      lossCase.terms_noise[name],
    );
  }
  const [value] = await total.data();
  const noise = Object.values(lossCase.terms_noise).reduce((sum, one) => sum + one, 0);
  yield scalarCheck(`${lossCase.slots} slots: total`, value, lossCase.total, noise);
}

/** Where the golden's own noise is smaller than half a unit in the last place of a float32, that stands in for it. */
function scalarCheck(name: string, value: number, expected: number, noise: number): TapResult {
  const absolute = Math.abs(value - expected);
  const allowed = NOISE_FACTOR * Math.max(noise, Math.abs(expected) * 2 ** -24);
  return { name, absolute, relative: absolute / Math.abs(expected), allowed, ok: absolute <= allowed };
}

async function gradientCheck(name: string, golden: GradientGolden, gradient: tf.Tensor | null): Promise<TapResult> {
  if (gradient === null) return { name, absolute: Infinity, relative: 0, allowed: 0, ok: false, note: 'no gradient' };
  const [values] = await readTensors(() => [tf.clone(gradient)]);
  const absolute = Math.max(...golden.values.map((expected, i) => Math.abs(values[i * golden.stride] - expected)));
  const allowed = NOISE_FACTOR * golden.noise;
  const l2Off = Math.abs(Math.hypot(...values) - golden.l2);
  const note =
    l2Off <= allowed ? undefined : `norm off by ${l2Off.toExponential(2)}, allowed ${allowed.toExponential(2)}`;
  return { name, absolute, relative: absolute / golden.l2, allowed, ok: absolute <= allowed && !note, note };
}
