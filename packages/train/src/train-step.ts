import { type MaskTargets, type ParamStore, seedDropout, Tape } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import { type AdamW, gradientNorm } from './adamw.ts';
import { checkBatch, checkClasses } from './check-batch.ts';
import type { TrainingBatch } from './training-batch.ts';

/**
 * Quantity that one system minimizes, in three parts: a forward pass on the tape, decisions on the host that carry no
 * gradient (assignments, sampled points), and the loss.
 */
export type Objective<Prediction extends tf.TensorContainer, Decisions> = {
  forward(pixels: tf.Tensor4D): Prediction;
  decide(prediction: Prediction, targets: MaskTargets[], step: number): Promise<Decisions>;
  loss(
    prediction: Prediction,
    targets: MaskTargets[],
    decisions: Decisions,
  ): { total: tf.Scalar; terms: Record<string, tf.Scalar> };
  /** Classes of the targets are 0 to this number less one; each image has targets then. Default: not checked. */
  numClasses?(prediction: Prediction): number;
};

/** Values of one step: the total, the norm of its gradient, and the objective's terms. */
export type StepResult = {
  loss: number;
  gradientNorm: number;
  terms: Record<string, number>;
  /** True where the loss or its gradient was not finite and the step was left out, as `onNonFinite: 'skip'` asks. */
  skipped: boolean;
};

/** Options of one step. */
export type StepOptions = {
  step: number;
  learningRate: number;
  /** Reaction to a loss or gradient that is not finite; `'skip'` is what PyTorch's GradScaler does. Default: throw. */
  onNonFinite?: 'throw' | 'skip';
};

/**
 * One step: forward, decide, differentiate, clip, update. What is random depends on `step` alone, so training resumed
 * at a step continues to the same result.
 *
 * @throws Error where the batch or the learning rate is none, and where the loss or a gradient is not finite;
 *   parameters and moments are then unchanged
 */
export async function trainStep<Prediction extends tf.TensorContainer, Decisions>(
  params: ParamStore,
  optimizer: AdamW,
  objective: Objective<Prediction, Decisions>,
  batch: TrainingBatch,
  options: StepOptions,
): Promise<StepResult> {
  const { step, learningRate } = options;
  if (!(learningRate >= 0 && learningRate < Number.POSITIVE_INFINITY)) {
    throw new Error(`trainStep: expected a learning rate of 0 or more, got ${learningRate}`);
  }
  await checkBatch(batch, objective.numClasses !== undefined);
  const statistics = keepStatistics(params);
  // A prime between the steps: layers count up from their step's seed, and no two steps draw the same numbers.
  seedDropout(1 + step * 1_000_003);
  const tape = new Tape();
  const variables = params.trainable();
  let prediction: Prediction | undefined;
  try {
    const forward = params.train(() => tape.record(() => objective.forward(batch.pixels)));
    prediction = forward;
    if (objective.numClasses) checkClasses(batch.targets, objective.numClasses(forward));
    const decisions = await objective.decide(forward, batch.targets, step);
    let terms: Record<string, tf.Scalar> = {};
    const { value, gradients } = tape.gradients(() => {
      const result = objective.loss(forward, batch.targets, decisions);
      terms = Object.fromEntries(Object.entries(result.terms).map(([name, term]) => [name, tf.keep(tf.clone(term))]));
      return result.total;
    }, [...variables.values()]);
    const result = await update(params, optimizer, {
      value,
      gradients,
      terms,
      keys: [...variables.keys()],
      options,
    });
    if (result.skipped) statistics.restore();
    return result;
  } catch (error) {
    statistics.restore();
    throw error;
  } finally {
    statistics.dispose();
    tape.dispose();
    if (prediction !== undefined) tf.dispose(prediction);
  }
}

/**
 * Variables that a forward pass changes without a gradient, running means and variances, so that a step can be undone.
 */
function keepStatistics(params: ParamStore): { restore(): void; dispose(): void } {
  const trained = params.trainable();
  const kept = params
    .keys()
    .filter((key) => !trained.has(key))
    .map((key) => [params.get(key), tf.clone(params.get(key))] as const);
  return {
    restore() {
      for (const [variable, value] of kept) variable.assign(value);
      params.touch();
    },
    dispose: () => tf.dispose(kept.map(([, value]) => value)),
  };
}

type Update = {
  value: tf.Scalar;
  gradients: (tf.Tensor | null)[];
  terms: Record<string, tf.Scalar>;
  keys: string[];
  options: StepOptions;
};

async function update(
  params: ParamStore,
  optimizer: AdamW,
  { value, gradients, terms, keys, options }: Update,
): Promise<StepResult> {
  const norm = gradientNorm(gradients);
  try {
    const [loss] = await value.data();
    const [length] = await norm.data();
    const values = await valuesOf(terms);
    const skipped = !Number.isFinite(loss) || !Number.isFinite(length);
    if (skipped && options.onNonFinite !== 'skip') throw await nonFinite(options.step, loss, values, keys, gradients);
    if (!skipped) {
      optimizer.update(new Map(keys.map((key, i) => [key, gradients[i]])), options.learningRate, norm);
      params.touch();
    }
    return { loss, gradientNorm: length, terms: values, skipped };
  } finally {
    tf.dispose([value, norm, ...gradients.filter((gradient) => gradient !== null), ...Object.values(terms)]);
  }
}

async function valuesOf(terms: Record<string, tf.Scalar>): Promise<Record<string, number>> {
  const values = Object.entries(terms).map(async ([name, term]) => [name, (await term.data())[0]] as const);
  return Object.fromEntries(await Promise.all(values));
}

/** Names the terms that are not finite, or the first parameter whose gradient is not. */
async function nonFinite(
  step: number,
  loss: number,
  terms: Record<string, number>,
  keys: string[],
  gradients: (tf.Tensor | null)[],
): Promise<Error> {
  if (!Number.isFinite(loss)) {
    const bad = Object.entries(terms).filter(([, value]) => !Number.isFinite(value));
    const named = bad.length === 0 ? '' : ` (${bad.map(([name, value]) => `${name} ${value}`).join(', ')})`;
    return new Error(`trainStep: expected a finite loss at step ${step}, got ${loss}${named}`);
  }
  for (const [i, key] of keys.entries()) {
    const values = await gradients[i]?.data();
    const bad = values?.find((value) => !Number.isFinite(value));
    if (bad !== undefined)
      return new Error(`trainStep: expected a finite gradient of ${key} at step ${step}, got ${bad}`);
  }
  return new Error(`trainStep: expected a gradient with a finite norm at step ${step}, got one beyond float32`);
}
