import { renamed } from '@seg/checkpoint';
import { formulaValues, type MaskPrediction, type MaskTargets, ParamStore, readTensors, Tape } from '@seg/core';
import {
  MASK2FORMER_LOSS,
  MASKFORMER_LOSS,
  type Mask2FormerLossConfig,
  type MaskLossTerms,
  mask2FormerTerms,
  maskClassificationLoss,
  maskFormerTerms,
  matchMask2Former,
  matchMaskFormer,
  type PointSource,
} from '@seg/losses';
import type { Assignment } from '@seg/matching';
import { Mask2Former, MaskFormer } from '@seg/models';
import * as tf from '@tensorflow/tfjs-core';

import { compareTap, NOISE_FACTOR, type TapResult } from './compare-tap.ts';
import { formulaParameters, type Golden, type Tap } from './golden-file.ts';
import { mask2FormerConfig } from './mask2former.ts';
import { maskFormerConfig } from './maskformer.ts';
import { inGoldenLayout } from './record-taps.ts';
import { tinyTargets } from './tiny-targets.ts';
import { goldenPixels } from './verify-forward.ts';

/** A recorded gradient: its norm and sampled values in the stored layout. */
export type GoldenGradient = {
  name: string;
  shape: number[];
  l2: number;
  stride: number;
  values: number[];
  noise: number;
  noiseL2?: number;
};

type GoldenMatching = { output: string; images: { queries: number[]; targets: number[] }[] };

/** Losses, assignments and gradients of a tiny training case. */
export type LossGolden = Golden & {
  predictions: Tap[];
  matching: GoldenMatching[];
  losses: Record<string, number>;
  total: number;
  noise: { losses: number; total: number };
  gradientNorm: number;
  gradients: GoldenGradient[];
};

type Weights = { classWeight: number; maskWeight: number; diceWeight: number };
type Settled = { assignments: Assignment[][]; terms: () => MaskLossTerms[]; weights: Weights };
type TrainingCase = {
  model: { forwardAll(pixels: tf.Tensor4D): MaskPrediction[] };
  settle: (predictions: MaskPrediction[], targets: MaskTargets[]) => Promise<Settled>;
};

function trainingCase(golden: LossGolden, params: ParamStore): TrainingCase {
  if (golden.model === 'maskformer') {
    const weights = { ...MASKFORMER_LOSS, noObjectWeight: golden.config.no_object_weight as number };
    return {
      model: new MaskFormer(params, { ...maskFormerConfig(golden), dropout: 0 }),
      settle: async (predictions, targets) => {
        const assignments = await matchMaskFormer(predictions, targets, weights);
        return { assignments, terms: () => maskFormerTerms(predictions, targets, assignments, weights), weights };
      },
    };
  }
  const weights = lossConfig(golden);
  return {
    model: new Mask2Former(params, mask2FormerConfig(golden)),
    settle: async (predictions, targets) => {
      const matching = await matchMask2Former(predictions, targets, weights, goldenPoints(golden));
      return {
        assignments: matching.assignments,
        terms: () => mask2FormerTerms(predictions, targets, matching, weights),
        weights,
      };
    },
  };
}

/** Checks predictions, assignments, every loss term, the total and the gradients of a training case of mask classification. */
export async function verifyMaskLoss(golden: LossGolden, onResult: (result: TapResult) => boolean): Promise<void> {
  const params = new ParamStore(renamed(formulaParameters(golden), []));
  const { model, settle } = trainingCase(golden, params);
  params.verify();
  const pixels = goldenPixels(golden);
  const targets = tinyTargets(golden.config.image as [number, number]);
  const tape = new Tape();
  const predictions = params.train(() => tape.record(() => model.forwardAll(pixels)));
  const { assignments, terms: computeTerms, weights } = await settle(predictions, targets);
  const variables = params.trainable();
  let terms: tf.Scalar[] = [];
  const { value, gradients } = tape.gradients(() => {
    const perOutput = computeTerms();
    terms = perOutput.flatMap(({ classification, mask, dice }) =>
      [classification, mask, dice].map((term) => tf.keep(tf.clone(term))),
    );
    return maskClassificationLoss(perOutput, weights);
  }, [...variables.values()]);
  const byKey = new Map([...variables.keys()].map((key, i) => [key, gradients[i]]));

  const results = checks(golden, { predictions, terms, total: value, byKey, assignments, params });
  try {
    for await (const result of results) if (!onResult(result)) return;
  } finally {
    tf.dispose([
      pixels,
      predictions,
      terms,
      value,
      gradients.filter((g) => g !== null),
      targets.map(({ masks }) => masks),
    ] as tf.TensorContainer);
    params.dispose();
  }
}

type Computed = {
  predictions: MaskPrediction[];
  terms: tf.Scalar[];
  total: tf.Scalar;
  byKey: Map<string, tf.Tensor | null>;
  assignments: { rows: Int32Array; columns: Int32Array }[][];
  params: ParamStore;
};

async function* checks(golden: LossGolden, computed: Computed): AsyncGenerator<TapResult> {
  for (const tap of golden.predictions) {
    const [, index, name] = tap.name.split('.');
    const { classLogits, maskLogits } = computed.predictions[Number(index)];
    const { values, shape } = await inGoldenLayout(name === 'class_logits' ? classLogits : maskLogits, tap.shape);
    yield compareTap(tap, values, shape);
  }
  const last = computed.predictions.length - 1;
  for (const { output, images } of golden.matching) {
    const ours = computed.assignments[output === 'final' ? last : Number(output)];
    const same = images.every(
      (image, i) => `${image.queries}|${image.targets}` === `${ours[i].rows}|${ours[i].columns}`,
    );
    yield { name: `matching.${output}`, absolute: same ? 0 : Infinity, relative: 0, allowed: 0, ok: same };
  }
  yield* lossChecks(golden, computed);
  for (const gradient of golden.gradients) yield await gradientCheck(gradient, computed);
}

async function* lossChecks(golden: LossGolden, { terms, total, predictions }: Computed): AsyncGenerator<TapResult> {
  const values = (await Promise.all(terms.map((term) => term.data()))).map(([value]) => value);
  const names = ['loss_ce', 'loss_mask', 'loss_dice'];
  for (const [i, value] of values.entries()) {
    const output = Math.floor(i / 3);
    const name = names[i % 3] + (output === predictions.length - 1 ? '' : `_${output}`);
    yield scalarCheck(name, value, golden.losses[name], golden.noise.losses);
  }
  // The golden's total was summed in another order: the noise of a float32 sum of its size stands in where it is larger.
  const [value] = await total.data();
  yield scalarCheck('total', value, golden.total, Math.max(golden.noise.total, golden.total * 2 ** -24));
}

function scalarCheck(name: string, value: number, expected: number, noise: number): TapResult {
  const absolute = Math.abs(value - expected);
  const allowed = NOISE_FACTOR * noise;
  return { name, absolute, relative: absolute / Math.abs(expected), allowed, ok: absolute <= allowed };
}

async function gradientCheck(golden: GoldenGradient, { byKey, params }: Computed): Promise<TapResult> {
  const gradient = byKey.get(golden.name);
  if (!gradient)
    return {
      name: `gradient ${golden.name}`,
      absolute: Infinity,
      relative: 0,
      allowed: 0,
      ok: false,
      note: 'no gradient',
    };
  const layout = params.storedLayout(golden.name);
  const [values] = await readTensors(() => [layout ? layout.intoStored(gradient) : tf.clone(gradient)]);
  const absolute = Math.max(...golden.values.map((expected, i) => Math.abs(values[i * golden.stride] - expected)));
  const l2 = Math.hypot(...values);
  const allowed = NOISE_FACTOR * golden.noise;
  const l2Off = Math.abs(l2 - golden.l2);
  const l2Allowed = NOISE_FACTOR * Math.max(golden.noiseL2 ?? 0, golden.noise);
  const note =
    l2Off <= l2Allowed ? undefined : `norm off by ${l2Off.toExponential(2)}, allowed ${l2Allowed.toExponential(2)}`;
  return {
    name: `gradient ${golden.name}`,
    absolute,
    relative: absolute / golden.l2,
    allowed,
    ok: absolute <= allowed && !note,
    note,
  };
}

function lossConfig({ config }: Golden): Mask2FormerLossConfig {
  return {
    ...MASK2FORMER_LOSS,
    noObjectWeight: config.no_object_weight as number,
    numPoints: config.train_num_points as number,
    oversampleRatio: config.oversample_ratio as number,
    importanceRatio: config.importance_sample_ratio as number,
  };
}

/** Points from the formula, under the names that the golden lists. */
function goldenPoints({ salt, config }: Golden): PointSource {
  const last = (config.decoder_layers as number) - 1;
  const points = (output: number, name: string, count: number): Float32Array =>
    formulaValues(`points/${output === last ? 'final' : output}/${name}`, [count, 2], 0.5, 0.5, salt);
  return {
    matching: (output, image, count) => points(output, `match/${image}`, count),
    candidates: (output, pairs, count) => points(output, 'oversample', pairs * count),
    anywhere: (output, pairs, count) => points(output, 'random', pairs * count),
  };
}
