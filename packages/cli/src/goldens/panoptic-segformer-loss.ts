import { formulaValues, readTensors, type Size } from '@seg/core';
import {
  matchLocations,
  matchThingMasks,
  PANOPTIC_SEGFORMER_LOSS,
  type PanopticSegFormerMatching,
  type PanopticSegFormerOutputs,
  type PanopticSegFormerTerms,
  type PanopticTargets,
  panopticSegFormerLoss,
  panopticSegFormerTerms,
} from '@seg/losses';
import type { Assignment } from '@seg/matching';
import * as tf from '@tensorflow/tfjs-core';

import { NOISE_FACTOR, type TapResult } from './compare-tap.ts';

type FormulaInput = { key: string; shape: number[]; center: number; scale: number; relu: boolean };
type GoldenObject = { label: number; mask_rects_y0y1x0x1: [number, number, number, number][] };
type GoldenThing = GoldenObject & { box_yxyx: [number, number, number, number] };
type GoldenGradient = { l2: number; noise: number; stride: number; values: number[] };

/** Both matchings, all terms, and gradients in predictions made by formula. */
export type PanopticSegFormerLossGolden = {
  salt: number;
  setup: { thing_classes: number; image: Size; mask_grid: Size };
  inputs: Record<InputName, FormulaInput>;
  things: GoldenThing[];
  stuff: GoldenObject[];
  matchings: { stage: string; assigned_gt: number[] }[];
  terms: Record<string, number>;
  terms_noise: Record<string, number>;
  groups: { total: number };
  gradients_of_total: Record<InputName, GoldenGradient>;
};

const INPUTS = ['class_logits', 'boxes', 'thing_masks', 'stuff_masks', 'stuff_logits'] as const;
type InputName = (typeof INPUTS)[number];

/** Compares matchings, terms and gradients with a golden file, until `onResult` says no. */
export async function verifyPanopticSegFormerLoss(
  golden: PanopticSegFormerLossGolden,
  onResult: (result: TapResult) => boolean,
): Promise<void> {
  const inputs = INPUTS.map((name) => formulaInput(golden, name));
  const targets = [goldenTargets(golden)];
  const matching = await match(golden, inputs, targets);
  let terms: PanopticSegFormerTerms | undefined;
  const { value, grads } = tf.valueAndGrads((...xs: tf.Tensor[]) => {
    const found = panopticSegFormerTerms(outputsOf(golden, xs, matching), targets, matching, PANOPTIC_SEGFORMER_LOSS);
    terms = keptTerms(found);
    return panopticSegFormerLoss(found);
  })(inputs);
  try {
    for await (const result of checks(golden, matching, { ...namedTerms(terms!), total: value }, grads))
      if (!onResult(result)) return;
  } finally {
    tf.dispose([inputs, targets, terms, value, grads] as unknown as tf.TensorContainer);
  }
}

function formulaInput({ inputs, salt }: PanopticSegFormerLossGolden, name: InputName): tf.Tensor {
  const { key, shape, center, scale, relu } = inputs[name];
  const values = formulaValues(key, shape, center, scale, salt);
  return tf.tensor(relu ? values.map((v) => Math.max(0, v)) : values, shape);
}

function goldenTargets({ things, stuff, setup }: PanopticSegFormerLossGolden): PanopticTargets {
  const [height, width] = setup.image;
  const boxes = things.map(({ box_yxyx: [top, left, bottom, right] }) => [
    (left + right) / 2 / width,
    (top + bottom) / 2 / height,
    (right - left) / width,
    (bottom - top) / height,
  ]);
  return {
    things: {
      classes: Int32Array.from(things, ({ label }) => label),
      masks: masksOf(things, setup.image),
      boxes: tf.tensor2d(boxes),
    },
    stuff: {
      classes: Int32Array.from(stuff, ({ label }) => label - setup.thing_classes),
      masks: masksOf(stuff, setup.image),
    },
  };
}

/** @returns [T, H, W] */
function masksOf(objects: GoldenObject[], [height, width]: Size): tf.Tensor3D {
  const values = new Float32Array(objects.length * height * width);
  for (const [i, { mask_rects_y0y1x0x1: rectangles }] of objects.entries()) {
    for (const [top, bottom, left, right] of rectangles) {
      for (let y = top; y < bottom; y++)
        values.fill(1, (i * height + y) * width + left, (i * height + y) * width + right);
    }
  }
  return tf.tensor3d(values, [objects.length, height, width]);
}

async function match(
  golden: PanopticSegFormerLossGolden,
  inputs: tf.Tensor[],
  targets: PanopticTargets[],
): Promise<PanopticSegFormerMatching> {
  const locations = tf.tidy(() => locationsOf(inputs));
  const assignments = await matchLocations(locations, targets, PANOPTIC_SEGFORMER_LOSS);
  const filtered = assignments.at(-1)!;
  const tail = tf.tidy(() => thingMasksOf(golden, inputs, filtered).at(-1)!);
  const masks = await matchThingMasks(locations.at(-1)!, filtered, tail, targets, PANOPTIC_SEGFORMER_LOSS);
  tf.dispose([locations, tail] as unknown as tf.TensorContainer);
  return { locations: assignments, masks };
}

function outputsOf(
  golden: PanopticSegFormerLossGolden,
  inputs: tf.Tensor[],
  { locations }: PanopticSegFormerMatching,
): PanopticSegFormerOutputs {
  const [, , , stuffMasks, stuffLogits] = inputs;
  return {
    locations: locationsOf(inputs),
    thingMasks: thingMasksOf(golden, inputs, locations.at(-1)!),
    stuffMasks: mapsOf(golden, stuffMasks),
    stuffLogits: tf.unstack(stuffLogits).map((logits): tf.Tensor2D => tf.reshape(logits, [1, -1])),
  };
}

function locationsOf([classLogits, boxes]: tf.Tensor[]) {
  const ofBoxes = tf.unstack(boxes) as tf.Tensor3D[];
  return tf
    .unstack(classLogits)
    .map((logits, layer) => ({ classLogits: logits as tf.Tensor3D, boxes: ofBoxes[layer] }));
}

/** Masks of the queries that the last layer's matching lets pass. */
function thingMasksOf(
  golden: PanopticSegFormerLossGolden,
  inputs: tf.Tensor[],
  [{ rows }]: Assignment[],
): tf.Tensor4D[] {
  return mapsOf(golden, tf.gather(inputs[2], tf.tensor1d(rows, 'int32'), 2));
}

/** [outputs, 1, N, h·w] → [1, h, w, N] each */
function mapsOf({ setup }: PanopticSegFormerLossGolden, masks: tf.Tensor): tf.Tensor4D[] {
  const [outputs, , count] = masks.shape;
  const maps = tf.transpose(tf.reshape(masks, [outputs, count, ...setup.mask_grid]), [0, 2, 3, 1]);
  return tf.split<tf.Tensor4D>(maps as tf.Tensor4D, outputs, 0);
}

function keptTerms({ locations, ...rest }: PanopticSegFormerTerms): PanopticSegFormerTerms {
  const kept = (term: tf.Scalar): tf.Scalar => tf.keep(tf.clone(term));
  return {
    locations: locations.map(({ classification, box, iou }) => ({
      classification: kept(classification),
      box: kept(box),
      iou: kept(iou),
    })),
    thingMasks: rest.thingMasks.map(kept),
    stuffMasks: rest.stuffMasks.map(kept),
    stuffClasses: rest.stuffClasses.map(kept),
  };
}

/** Under the reference's names: those of the last output have no prefix. */
function namedTerms(terms: PanopticSegFormerTerms): Record<string, tf.Scalar> {
  const { locations, thingMasks, stuffMasks, stuffClasses } = terms;
  const last = locations.length - 1;
  return Object.fromEntries([
    ...locations.flatMap(({ classification, box, iou }, i) => {
      const prefix = i === last ? '' : `d${i}.`;
      return [
        [`${prefix}loss_cls`, classification],
        [`${prefix}loss_bbox`, box],
        [`${prefix}loss_iou`, iou],
      ];
    }),
    ...thingMasks.map((term, i) => [maskName('things', i, thingMasks.length), term]),
    ...stuffMasks.map((term, i) => [maskName('stuff', i, stuffMasks.length), term]),
    ...stuffClasses.map((term, i) => [`d${i}.loss_cls_stuff_f`, term]),
  ]);
}

function maskName(kind: string, index: number, count: number): string {
  return index === count - 1 ? `loss_mask_${kind}` : `d${index}.loss_mask_${kind}_f`;
}

async function* checks(
  golden: PanopticSegFormerLossGolden,
  { locations, masks }: PanopticSegFormerMatching,
  terms: Record<string, tf.Scalar>,
  gradients: tf.Tensor[],
): AsyncGenerator<TapResult> {
  const assignments = [...locations.map(([image]) => image), masks[0]];
  for (const [i, { stage, assigned_gt: expected }] of golden.matchings.entries()) {
    const ours = expected.map((_, query) => assignments[i].columns[assignments[i].rows.indexOf(query)] ?? -1);
    const ok = ours.join() === expected.join();
    yield { name: `matching, ${stage}`, absolute: ok ? 0 : Infinity, relative: 0, allowed: 0, ok };
  }
  const expected: Record<string, number> = { ...golden.terms, total: golden.groups.total };
  for (const [name, term] of Object.entries(terms)) {
    const [value] = await term.data();
    yield scalarCheck(name, value, expected[name], golden.terms_noise[name] ?? 0);
  }
  for (const [i, name] of INPUTS.entries())
    yield await gradientCheck(name, gradients[i], golden.gradients_of_total[name]);
}

function scalarCheck(name: string, value: number, expected: number, noise: number): TapResult {
  const absolute = Math.abs(value - expected);
  // What a float32 of this size resolves stands in where the reference happened to round to less.
  const allowed = NOISE_FACTOR * Math.max(noise, expected * 2 ** -24);
  return { name, absolute, relative: absolute / expected, allowed, ok: absolute <= allowed };
}

async function gradientCheck(name: string, gradient: tf.Tensor, golden: GoldenGradient): Promise<TapResult> {
  const [values] = await readTensors(() => [tf.clone(gradient)]);
  const absolute = Math.max(...golden.values.map((expected, i) => Math.abs(values[i * golden.stride] - expected)));
  const allowed = NOISE_FACTOR * golden.noise;
  const normOff = Math.abs(Math.hypot(...values) - golden.l2);
  // Independent errors move the norm by about those of the elements, a common factor by what a float32 of it resolves.
  const normAllowed = NOISE_FACTOR * (golden.noise + golden.l2 * 2 ** -24);
  const note = normOff <= normAllowed ? undefined : `norm off by ${normOff.toExponential(2)}`;
  const ok = absolute <= allowed && note === undefined;
  return { name: `gradient ${name}`, absolute, relative: absolute / golden.l2, allowed, ok, note };
}
