import { formulaValues, readTensors } from '@seg/core';
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
import * as tf from '@tensorflow/tfjs-core';

import { compareGradient } from '../compare/compare-gradient.ts';
import { compareEqual, compareScalar, noiseOfSum } from '../compare/compare-values.ts';
import type { TapResult } from '../compare/tap-result.ts';
import { goldenKind } from '../golden/golden.ts';
import {
  LOSS_INPUTS,
  type PanopticSegFormerLossGolden as LossGolden,
  panopticSegFormerLossSchema,
} from './panoptic-segformer-loss-schema.ts';
import { goldenTargets } from './panoptic-segformer-targets.ts';

/** Losses of Panoptic SegFormer. */
export const PANOPTIC_SEGFORMER_LOSS_GOLDENS = [
  goldenKind('golden-loss-1', ['panoptic_segformer'], panopticSegFormerLossSchema, verifyLoss),
];

/** Compares matchings, terms and gradients. */
async function* verifyLoss(golden: LossGolden, where: string): AsyncGenerator<TapResult> {
  const targets = [goldenTargets(where, golden)];
  const inputs = LOSS_INPUTS.map((name) => formulaInput(golden, name));
  const matching = await match(golden, inputs, targets);
  let terms: PanopticSegFormerTerms | undefined;
  const { value, grads } = tf.valueAndGrads((...xs: tf.Tensor[]) => {
    const found = panopticSegFormerTerms(outputsOf(golden, xs, matching), targets, matching, PANOPTIC_SEGFORMER_LOSS);
    terms = keptTerms(found);
    return panopticSegFormerLoss(found);
  })(inputs);
  try {
    yield* checks(golden, matching, { ...namedTerms(terms!), total: value }, grads);
  } finally {
    tf.dispose([inputs, targets, terms, value, grads] as unknown as tf.TensorContainer);
  }
}

function formulaInput({ inputs, salt }: LossGolden, name: (typeof LOSS_INPUTS)[number]): tf.Tensor {
  const { key, shape, center, scale, relu } = inputs[name];
  const values = formulaValues(key, shape, center, scale, salt);
  return tf.tensor(relu ? values.map((u) => Math.max(0, u)) : values, shape);
}

async function match(
  golden: LossGolden,
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
  golden: LossGolden,
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
  golden: LossGolden,
  inputs: tf.Tensor[],
  [{ rows }]: PanopticSegFormerMatching['locations'][number],
): tf.Tensor4D[] {
  return mapsOf(golden, tf.gather(inputs[2], tf.tensor1d(rows, 'int32'), 2));
}

/** [outputs, 1, N, h·w] → [1, h, w, N] each */
function mapsOf({ setup }: LossGolden, masks: tf.Tensor): tf.Tensor4D[] {
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
  golden: LossGolden,
  { locations, masks }: PanopticSegFormerMatching,
  terms: Record<string, tf.Scalar>,
  gradients: tf.Tensor[],
): AsyncGenerator<TapResult> {
  const assignments = [...locations.map(([image]) => image), masks[0]];
  for (const [i, { stage, assigned_gt: expected }] of golden.matchings.entries()) {
    const { rows, columns } = assignments[i];
    const ours = expected.map((_, query) => columns[rows.indexOf(query)] ?? -1);
    yield compareEqual(`matching, ${stage}`, ours, expected);
  }
  const expected: Record<string, number> = { ...golden.terms, total: golden.groups.total };
  const noises: Record<string, number> = {
    ...golden.terms_noise,
    total: noiseOfSum(Object.values(golden.terms_noise)),
  };
  for (const [name, term] of Object.entries(terms)) {
    yield await compareScalar(name, term, expected[name], noises[name] ?? 0);
  }
  for (const [i, name] of LOSS_INPUTS.entries()) {
    const [values] = await readTensors(() => [tf.clone(gradients[i])]);
    yield compareGradient(`gradient ${name}`, golden.gradients_of_total[name], values);
  }
}
