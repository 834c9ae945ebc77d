import { type ByteSource, FormatError } from '@seg/checkpoint';
import { init, ParamStore } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import { AdamW } from './adamw.ts';
import { resumeTraining, saveTraining } from './checkpoint.ts';
import { type LossPoint, lossCurve } from './loss-curve.ts';
import { cosineSchedule, warmup } from './schedules.ts';
import { type Objective, type StepResult, trainStep } from './train-step.ts';
import type { TrainingBatch } from './training-batch.ts';

/** AdamW with linear warm-up and cosine decay. */
export type TrainingRecipe = {
  steps: number;
  /** At the end of the warm-up */
  learningRate: number;
  /** Steps of the warm-up */
  warmup: number;
  /** Of all but norms, biases, embeddings and queries, which have none */
  weightDecay: number;
  /** Largest norm of all gradients together */
  clipNorm: number;
  /** Of the first values of the parameters */
  seed: number;
};

/** State of a training that can go on: the checkpoint, and the log of the steps before it. */
export type SavedTraining = { checkpoint: ByteSource; log: LogEntry[] };

/** Loss of one step and its terms by name. */
export type LogEntry = LossPoint & { [term: string]: number };

/** Place where a training is kept while it runs. */
export type TrainingStorage = {
  /** States that were written, newest first: where one turns out damaged, the one before it is taken. */
  read(): Promise<SavedTraining[]>;
  write(checkpoint: Uint8Array, log: LogEntry[], curve: string): Promise<void>;
};

/** Options of {@link fit}. */
export type FitOptions<Model, Prediction extends tf.TensorContainer, Decisions> = {
  /** Title of the loss curve */
  title: string;
  storage: TrainingStorage;
  build(params: ParamStore): Model;
  /** Quantity to minimize; may declare parameters of its own */
  objectiveFor(model: Model, params: ParamStore): Objective<Prediction, Decisions>;
  recipe: TrainingRecipe;
  /** Batches from a step on, without end; `fit` disposes them. */
  batchesFrom(step: number): AsyncIterator<TrainingBatch>;
  /** Step to stop at, for runs in parts. Default: the recipe's */
  stopAt?: number;
  /** Steps between two checkpoints. Default 100 */
  saveEvery?: number;
  /** Takes the lines of progress. Default: none are made. */
  onProgress?(line: string): void;
};

/** Steps between two lines of progress: a line every few seconds at the pace of two processor cores. */
const STEPS_PER_LINE = 20;

/**
 * Trains a model: batch, step, log, checkpoint. Where the storage has a checkpoint, goes on from it to the same result.
 *
 * @returns The trained model and its parameters
 * @throws Error of {@link trainStep}, {@link resumeTraining} or of the storage
 */
export async function fit<Model, Prediction extends tf.TensorContainer, Decisions>(
  options: FitOptions<Model, Prediction, Decisions>,
): Promise<{ model: Model; params: ParamStore }> {
  const { recipe, storage, saveEvery = 100, stopAt = recipe.steps } = options;
  init.seedInitializers(recipe.seed);
  const params = new ParamStore();
  const model = options.build(params);
  const objective = options.objectiveFor(model, params);
  const optimizer = new AdamW(params.trainable(), {
    weightDecay: recipe.weightDecay,
    clipNorm: recipe.clipNorm,
    group: (key) => ({ weightDecay: /norm|bias|embed|queries/.test(key) ? 0 : 1 }),
  });
  const schedule = warmup(cosineSchedule(recipe.learningRate, recipe.steps), recipe.warmup);

  try {
    const { first, log } = await resumed(options, params, optimizer);
    if (first > 0) options.onProgress?.(`continuing at step ${first}`);
    await steps(first, log);
  } catch (error) {
    params.dispose();
    throw error;
  } finally {
    optimizer.dispose();
  }
  return { model, params };

  async function steps(first: number, log: LogEntry[]): Promise<void> {
    const started = performance.now();
    const source = options.batchesFrom(first);
    for (let step = first; step < stopAt; step++) {
      const result = await nextStep(step, source);
      const isLast = step === stopAt - 1;
      log.push({ step, loss: result.loss, ...result.terms });
      if (step % STEPS_PER_LINE === 0 || isLast) {
        const perStep = (performance.now() - started) / (step - first + 1) / 1000;
        options.onProgress?.(progressLine(step, stopAt, perStep, result));
      }
      if ((step + 1) % saveEvery === 0 || isLast) await save(log);
    }
    await source.return?.();
  }

  async function nextStep(step: number, source: AsyncIterator<TrainingBatch>): Promise<StepResult> {
    const { value: batch, done } = await source.next();
    if (done) throw new Error(`fit: expected batches up to step ${stopAt}, got none at step ${step}`);
    try {
      return await trainStep(params, optimizer, objective, batch, { step, learningRate: schedule(step) });
    } finally {
      tf.dispose([batch.pixels, ...batch.targets.map(({ masks }) => masks)]);
    }
  }

  async function save(log: LogEntry[]): Promise<void> {
    const config = JSON.stringify((model as { config?: unknown }).config ?? {});
    await storage.write(await saveTraining(params, optimizer, { config }), log, lossCurve(log, options.title));
  }
}

/**
 * Fills parameters and optimizer from the newest checkpoint of the storage that is whole.
 *
 * @throws FormatError of the newest one, where none is
 */
async function resumed(
  { storage, onProgress }: Pick<FitOptions<unknown, tf.TensorContainer, unknown>, 'storage' | 'onProgress'>,
  params: ParamStore,
  optimizer: AdamW,
): Promise<{ first: number; log: LogEntry[] }> {
  let newest: unknown;
  for (const { checkpoint, log } of await storage.read()) {
    try {
      const first = resumeTraining(checkpoint, params, optimizer);
      return { first, log: log.filter(({ step }) => step < first) };
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      onProgress?.(`warning: ${error.message}`);
      newest ??= error;
    }
  }
  if (newest !== undefined) throw newest;
  return { first: 0, log: [] };
}

function progressLine(step: number, steps: number, secondsPerStep: number, result: StepResult): string {
  const terms = Object.entries(result.terms).map(([name, value]) => `${name} ${value.toFixed(3)}`);
  const minutesLeft = ((steps - step - 1) * secondsPerStep) / 60;
  return [
    `step ${step}/${steps}`,
    `loss ${result.loss.toFixed(2)}`,
    ...terms,
    `|g| ${result.gradientNorm.toFixed(1)}`,
    `${secondsPerStep.toFixed(2)} s/step`,
    `${minutesLeft.toFixed(0)} min left`,
  ].join('  ');
}
