import { type MaskTargets, ParamStore, Tape } from '@seg/core';
import { assignCells, type SoloAssignment, soloLoss, soloTerms } from '@seg/losses';
import { cellMaskLogits, createSoloHead, type SoloPrediction } from '@seg/models';
import * as tf from '@tensorflow/tfjs-core';

import { compareGradient } from '../compare/compare-gradient.ts';
import { compareTap } from '../compare/compare-tap.ts';
import { compareScalar, noiseOfSum } from '../compare/compare-values.ts';
import type { TapResult } from '../compare/tap-result.ts';
import { inGoldenLayout } from '../forward/record-taps.ts';
import { formulaParameters } from '../golden/formula-tensors.ts';
import { goldenKind } from '../golden/golden.ts';
import { type NamedGradients, readGradient } from '../golden/read-gradients.ts';
import { assignmentChecks, targetChecks } from './solo-assignment-checks.ts';
import { soloConfig } from './solo-config.ts';
import {
  goldenMap,
  goldenTargets,
  lossConfig,
  modelName,
  type SoloLossGolden,
  soloLossSchema,
} from './solo-loss-file.ts';

/** Training steps of the heads of SOLO, Decoupled SOLO and SOLOv2. */
export const SOLO_LOSS_GOLDENS = [
  goldenKind('golden-loss-1', ['solo', 'decoupled', 'decoupled_solo', 'solov2'], soloLossSchema, verifyLoss),
];

/** Checks targets, assignment, predictions, both terms, the total, and gradients in parameters and pyramid. */
async function* verifyLoss(golden: SoloLossGolden, where: string): AsyncGenerator<TapResult> {
  const targets = goldenTargets(where, golden);
  const params = new ParamStore(formulaParameters(golden));
  const { config: head } = golden;
  const model = soloConfig(where, modelName(golden), { depth: 50, head, maskFeatures: head.mask_feat_head });
  const network = createSoloHead(params.root, model);
  params.verify();
  const pyramid = golden.inputs.map((input) => goldenMap(input, golden.salt));
  const config = lossConfig(golden);
  const assignment = await assignCells(targets, config);
  const tape = new Tape();
  const prediction = params.train(() => tape.record(() => network.forward(pyramid)));
  const variables = params.trainable();
  let terms: Record<'category' | 'mask', tf.Scalar> | undefined;
  const { value, gradients } = tape.gradients(() => {
    const found = soloTerms(lossInputs(prediction), targets, assignment, config);
    terms = { category: tf.keep(tf.clone(found.category)), mask: tf.keep(tf.mul(found.mask, config.mask.weight)) };
    return soloLoss(found, config);
  }, [...variables.values(), ...pyramid]);
  const names = [...variables.keys(), ...golden.inputs.map(({ key }) => `input ${key}`)];
  const byName = new Map(names.map((name, i) => [name, gradients[i]]));
  try {
    const losses = { ...terms!, total: value };
    yield* checks(golden, { prediction, assignment, targets, losses, gradients: byName, params });
  } finally {
    const masks = targets.map((target) => target.masks);
    const left = [pyramid, prediction, terms, value, gradients.filter((g) => g !== null), masks];
    tf.dispose(left as tf.TensorContainer);
    params.dispose();
  }
}

function lossInputs({ categoryLogits, masks }: SoloPrediction) {
  return {
    categoryLogits,
    cellMaskLogits: (at: { image: number; level: number }, cells: Int32Array) => cellMaskLogits(masks, at, cells),
  };
}

type SoloStep = {
  prediction: SoloPrediction;
  assignment: SoloAssignment;
  targets: MaskTargets[];
  losses: Record<'category' | 'mask' | 'total', tf.Scalar>;
  gradients: NamedGradients;
  params: ParamStore;
};

async function* checks(golden: SoloLossGolden, computed: SoloStep): AsyncGenerator<TapResult> {
  yield* targetChecks(golden, computed.targets);
  yield* assignmentChecks(golden, computed);
  for (const tap of golden.predictions) {
    const value = predicted(tap.name, computed.prediction);
    const { values, shape } = await inGoldenLayout(value, tap.shape);
    value.dispose();
    yield compareTap(tap, values, shape);
  }
  const noise = { ...golden.noise, total: noiseOfSum([golden.noise.mask, golden.noise.category]) };
  for (const name of ['mask', 'category', 'total'] as const) {
    yield await compareScalar(name, computed.losses[name], golden.losses[name], noise[name]);
  }
  for (const gradient of golden.gradients) {
    const values = await readGradient(computed.gradients, computed.params, gradient.name);
    yield compareGradient(`gradient ${gradient.name}`, gradient, values, true);
  }
}

/** Materializes what the file names of a prediction. @returns A new tensor */
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
