import { type MaskTargets, type ParamStore, seedDropout, Tape } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import { checkBatch, checkClasses, floatTargets } from './check-batch.ts';
import { ALONE, type Collective } from './collective/collective.ts';
import { meanOverRanks } from './collective/mean-over-ranks.ts';
import { type Differentiated, disposeDifferentiated, madeOrNothing, present } from './differentiated.ts';
import { expectNames } from './expect-names.ts';
import { gradientNorm } from './optimizers/gradient-norm.ts';
import type { Optimizer } from './optimizers/optimizer.ts';
import type { TrainingBatch } from './training-batch.ts';

/**
 * Quantity that one system minimizes, in three parts: a forward pass on the tape, decisions on the host that carry no
 * gradient (assignments, sampled points), and the loss.
 */
export type Objective<Prediction extends tf.TensorContainer, Decisions> = {
  /** Gets ready what the forward pass of a batch needs and has to wait for, before the tape records. Default: nothing. */
  prepare?(batch: TrainingBatch): Promise<void>;
  forward(pixels: tf.Tensor4D): Prediction;
  /** @param collective Processes that train together; criteria divide by numbers of all of their images */
  decide(prediction: Prediction, targets: MaskTargets[], step: number, collective?: Collective): Promise<Decisions>;
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
  /** Processes that take the step together, each with a batch of its own. Default: this one alone. */
  collective?: Collective;
};

/**
 * One step: forward, decide, differentiate, clip, update. What is random depends on `step` alone, so training resumed
 * at a step continues to the same result.
 *
 * @param batch Several batches are gone through one after the other, and their losses and gradients averaged: more images
 *   in a step than there is memory for. Criteria that divide by the number of masks do so in each batch alone, but over
 *   all processes of a collective: n of them with one image each take the step that one takes with n images.
 * @throws Error where a batch, the step or the learning rate is none, where the loss or a gradient is not finite, and where
 *   memory ends; parameters and moments are then unchanged, unless the message says that the optimizer had begun
 */
export async function trainStep<Prediction extends tf.TensorContainer, Decisions>(
  params: ParamStore,
  optimizer: Optimizer,
  objective: Objective<Prediction, Decisions>,
  batch: TrainingBatch | readonly TrainingBatch[],
  options: StepOptions,
): Promise<StepResult> {
  expectNames('trainStep', options, ['step', 'learningRate', 'onNonFinite', 'collective']);
  const { step, learningRate, collective = ALONE } = options;
  if (!(learningRate >= 0 && learningRate < Number.POSITIVE_INFINITY)) {
    throw new Error(`trainStep: expected a learning rate of 0 or more, got ${learningRate}`);
  }
  if (!(Number.isSafeInteger(step) && step >= 0)) {
    throw new Error(`trainStep: expected a step of 0 or more, got ${step}`);
  }
  const batches: readonly TrainingBatch[] = 'pixels' in batch ? [batch] : batch;
  if (batches.length === 0) throw new Error('trainStep: expected a batch, got none');
  for (const one of batches) await checkBatch(one, objective.numClasses !== undefined);
  const variables = params.trainable();
  if (variables.size === 0) throw new Error('trainStep: expected parameters to train, got a store of frozen ones');
  const statistics = keepStatistics(params);
  const parts: Differentiated[] = [];
  try {
    for (const [i, one] of batches.entries()) {
      const draw = (step * batches.length + i) * collective.size + collective.rank;
      parts.push(await differentiate(params, objective, one, [...variables.values()], draw, collective));
    }
    const own = averaged(parts.splice(0));
    const all = collective.size === 1 ? own : await meanOverRanks(collective, own, [...variables.values()]);
    const result = await update(params, optimizer, { ...all, keys: [...variables.keys()], options });
    if (result.skipped) statistics.restore();
    return result;
  } catch (error) {
    for (const part of parts) disposeDifferentiated(part);
    statistics.restore();
    throw error;
  } finally {
    statistics.dispose();
  }
}

/** Loss of one batch and its gradients. @param draw Number that seeds what is random */
async function differentiate<Prediction extends tf.TensorContainer, Decisions>(
  params: ParamStore,
  objective: Objective<Prediction, Decisions>,
  batch: TrainingBatch,
  variables: tf.Variable[],
  draw: number,
  collective: Collective,
): Promise<Differentiated> {
  const { pixels } = batch;
  await objective.prepare?.(batch);
  const { targets, made } = floatTargets(batch.targets);
  // A prime between the steps: layers count up from their step's seed, and no two steps draw the same numbers.
  seedDropout(1 + draw * 1_000_003);
  params.ranks = collective;
  const tape = new Tape();
  let prediction: Prediction | undefined;
  const terms: Record<string, tf.Scalar> = {};
  try {
    const forward = params.train(() => tape.record(() => objective.forward(pixels)));
    prediction = forward;
    if (objective.numClasses) checkClasses(targets, objective.numClasses(forward));
    const decisions = await objective.decide(forward, targets, draw, collective);
    const { value, gradients } = tape.gradients(() => {
      const result = objective.loss(forward, targets, decisions);
      for (const [name, term] of Object.entries(result.terms)) terms[name] = tf.keep(tf.clone(term));
      return collective.size === 1 ? result.total : tf.add<tf.Scalar>(result.total, nothingOf(forward));
    }, variables);
    return { value, gradients, terms };
  } catch (error) {
    tf.dispose(Object.values(terms));
    throw error;
  } finally {
    params.ranks = null;
    tape.dispose();
    tf.dispose(made);
    if (prediction !== undefined) tf.dispose(prediction);
  }
}

/**
 * Zero, with a gradient of zeros for all of a prediction: layers that wait for other processes in their gradients then come
 * to it in each, also where an image has nothing to learn from.
 */
function nothingOf(prediction: tf.TensorContainer): tf.Scalar {
  const nothing = tf.customGrad((x) => ({ value: tf.scalar(0), gradFunc: () => tf.zerosLike(x as tf.Tensor) }));
  return tf.addN(tf.tensor_util.getTensorsInContainer(prediction).map((tensor) => nothing(tensor) as tf.Scalar));
}

/** Means over several batches, which are disposed; one is handed on as it is. */
function averaged(parts: Differentiated[]): Differentiated {
  if (parts.length === 1) return parts[0];
  const mean = <T extends tf.Tensor>(tensors: T[]): T => tf.tidy(() => tf.div<T>(tf.addN(tensors), parts.length));
  const names = Object.keys(parts[0].terms);
  const gradientOf = (k: number) => {
    const found = present(parts.map(({ gradients }) => gradients[k]));
    return found.length === 0 ? null : mean(found);
  };
  try {
    return madeOrNothing(() => ({
      value: mean(parts.map(({ value }) => value)),
      gradients: parts[0].gradients.map((_, k) => gradientOf(k)),
      terms: Object.fromEntries(names.map((name) => [name, mean(parts.map(({ terms }) => terms[name]))])),
    }));
  } finally {
    for (const part of parts) disposeDifferentiated(part);
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

type Update = Differentiated & { keys: string[]; options: StepOptions };

async function update(
  params: ParamStore,
  optimizer: Optimizer,
  { value, gradients, terms, keys, options }: Update,
): Promise<StepResult> {
  let norm: tf.Scalar | undefined;
  try {
    norm = gradientNorm(gradients);
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
    norm?.dispose();
    disposeDifferentiated({ value, gradients, terms });
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
