import { bytesOf, FormatError } from '@seg/checkpoint/safetensors';
import { explainLoss, init, ParamStore, reviveBackend } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import { resumeTraining, saveTraining, saveWeights } from '../checkpoint.ts';
import { ALONE, broadcastBytes, broadcastJson, type Collective, isTrueOfAny } from '../collective/collective.ts';
import { expectNames } from '../expect-names.ts';
import { expectNumber } from '../optimizers/expect-number.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { ParameterAverage } from '../optimizers/parameter-average.ts';
import { checkRecipe } from '../recipes/check-recipe.ts';
import { type Objective, type StepResult, trainStep } from '../train-step.ts';
import type { TrainingBatch } from '../training-batch.ts';
import type { EndReason, FitEvent } from './fit-event.ts';
import { createOptimizer, freezeParameters, groupsWithoutKeys, scheduleOf, type TrainingRecipe } from './recipe.ts';
import { bestValidation, type TrainingLog } from './training-log.ts';
import type { TrainingStorage } from './training-storage.ts';

/** Validation in the course of a training. */
export type Validation<Model> = {
  /** Steps between two; there is one at the end, too. */
  every: number;
  /** Measures the model. The best has the highest score. Where it throws once the signal is aborted, the training ends so. */
  run(model: Model, step: number): Promise<{ score: number; metrics: Record<string, number> }>;
  /** Validations without a better one after which the training ends. Default: it goes on. */
  patience?: number;
};

/** Options of {@link fit}. */
export type FitOptions<Model, Prediction extends tf.TensorContainer, Decisions> = {
  /** Title of the curves. */
  title: string;
  storage: TrainingStorage;
  build(params: ParamStore): Model;
  /** Makes the store of the parameters, behind the seeding of initializers. Default: an empty one. */
  createParams?(): ParamStore;
  /** Quantity to minimize; may declare parameters of its own. */
  objectiveFor(model: Model, params: ParamStore): Objective<Prediction, Decisions>;
  recipe: TrainingRecipe;
  /**
   * Batches from a number on, without end; `fit` disposes them. A step takes `recipe.accumulate` of them. Of several
   * processes each has its own.
   */
  batchesFrom(batch: number): AsyncIterator<TrainingBatch>;
  validation?: Validation<Model>;
  /** Step to stop at, for runs in parts. Default: the recipe's. */
  stopAt?: number;
  /** Steps between two checkpoints. Default: 100. */
  saveEvery?: number;
  /** Ends the training behind the step at hand, with a checkpoint. */
  signal?: AbortSignal;
  /** Reaction to a loss or gradient that is not finite. Default: throw. */
  onNonFinite?: 'throw' | 'skip';
  /**
   * Processes that train together. Gradients are averaged; rank 0 validates, and it alone reads and writes the storage. All
   * start from its parameters. Default: this one alone.
   */
  collective?: Collective;
};

const OPTIONS = [
  'title',
  'storage',
  'build',
  'createParams',
  'objectiveFor',
  'recipe',
  'batchesFrom',
  'validation',
  'stopAt',
  'saveEvery',
  'signal',
  'onNonFinite',
  'collective',
] as const;

/**
 * Trains a model: batch, step, log, validation, checkpoint, and tells of each. Where the storage has a checkpoint, goes on
 * from it to the same bytes. Whoever stops listening stops the training; what it held is freed.
 *
 * @throws BackendError where WebGPU's device is lost: the next call goes on from the last checkpoint
 * @throws FormatError or RangeError where the recipe or another option is none, before anything is built; Error of {@link trainStep}, {@link resumeTraining}, of the batches, the validation or the storage
 */
export async function* fit<Model, Prediction extends tf.TensorContainer, Decisions>(
  options: FitOptions<Model, Prediction, Decisions>,
): AsyncGenerator<FitEvent<Model>, void, void> {
  expectNames('fit', options, OPTIONS, ['storage', 'build', 'objectiveFor', 'recipe', 'batchesFrom']);
  await reviveBackend(); // a training behind a loss goes on from its checkpoint
  const training = new Training(options);
  try {
    yield* training.run();
  } catch (error) {
    throw await explainLoss(error);
  } finally {
    training.dispose();
  }
}

/** Steps in a row that may be skipped: nothing comes back from parameters that have run away. GradScaler needs a few. */
const MOST_SKIPPED = 50;

/** @throws RangeError at a number of steps that is none */
function checkPace({
  validation,
  stopAt = 0,
  saveEvery,
}: Pick<FitOptions<unknown, tf.TensorContainer, unknown>, 'stopAt' | 'saveEvery'> & {
  validation?: Pick<Validation<unknown>, 'every' | 'patience'>;
}): void {
  const counts = { 'validation.every': validation?.every, 'validation.patience': validation?.patience, saveEvery };
  for (const [name, count = 1] of Object.entries(counts))
    expectNumber(`fit: ${name}`, count, { least: 1, isWhole: true });
  expectNumber('fit: stopAt', stopAt, { least: 0, isWhole: true });
}

/** Lets signals, timers and requests have their turn: steps alone end in microtasks, between which the event loop stands. */
const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** State of one training. */
class Training<Model, Prediction extends tf.TensorContainer, Decisions> {
  private readonly options: FitOptions<Model, Prediction, Decisions>;
  private readonly params: ParamStore;
  private readonly model: Model;
  private readonly objective: Objective<Prediction, Decisions>;
  private readonly optimizer: Optimizer;
  private readonly average: ParameterAverage | null;
  private log: TrainingLog = { steps: [], validations: [] };
  private readonly collective: Collective;
  private hasGivenModel = false;
  private skipped = 0;

  constructor(options: FitOptions<Model, Prediction, Decisions>) {
    const { recipe, createParams = () => new ParamStore(), collective = ALONE } = options;
    this.collective = collective;
    checkRecipe(recipe);
    checkPace(options);
    this.options = options;
    init.seedInitializers(recipe.seed);
    this.params = createParams();
    try {
      this.model = options.build(this.params);
      this.objective = options.objectiveFor(this.model, this.params);
      this.params.recomputes = recipe.recompute === true;
      freezeParameters(this.params, recipe.freeze ?? []);
      this.optimizer = createOptimizer(this.params, recipe);
    } catch (error) {
      this.params.dispose();
      throw error;
    }
    this.average = recipe.average === undefined ? null : new ParameterAverage(this.params, recipe.average);
  }

  async *run(): AsyncGenerator<FitEvent<Model>, void, void> {
    const { recipe, stopAt = recipe.steps } = this.options;
    for (const pattern of groupsWithoutKeys(this.params, recipe)) {
      yield { type: 'warning', message: `groups: expected a pattern of the model's keys, got ${pattern}` };
    }
    const first = yield* this.resume();
    const reason = yield* this.steps(first, Math.min(stopAt, recipe.steps));
    if (this.average !== null) this.average.swap(); // the model given away is the averaged one
    this.hasGivenModel = true;
    yield { type: 'end', step: this.optimizer.steps, reason, model: this.model, params: this.params };
  }

  private async *steps(first: number, stopAt: number): AsyncGenerator<FitEvent<Model>, EndReason, void> {
    const { recipe, signal, saveEvery = 100, batchesFrom, validation } = this.options;
    const isOwed = first > 0 && this.isDue(first, stopAt) && this.log.validations.at(-1)?.step !== first;
    if (isOwed && (yield* this.validate(first)) === 'aborted') return 'aborted';
    if (isOwed) yield await this.save(first);
    if (this.isOutOfPatience(validation?.patience)) return 'no better';
    const schedule = scheduleOf(recipe);
    const source = batchesFrom(first * (recipe.accumulate ?? 1));
    const started = performance.now();
    try {
      for (let step = first; step < stopAt; step++) {
        const result = await this.step(step, source, schedule(step));
        await nextTurn();
        const seconds = (performance.now() - started) / (step - first + 1) / 1000;
        const secondsLeft = (stopAt - step - 1) * seconds;
        yield { type: 'step', step, learningRate: schedule(step), seconds, secondsLeft, ...result };
        const isLast = step === stopAt - 1;
        const ended = this.isDue(step + 1, stopAt) ? yield* this.validate(step + 1) : null;
        const isAborted = await isTrueOfAny(this.collective, signal?.aborted === true);
        if ((step + 1) % saveEvery === 0 || isLast || ended || isAborted) yield await this.save(step + 1);
        if (ended) return ended;
        if (isAborted && !isLast) return 'aborted';
      }
    } finally {
      await source.return?.();
    }
    return stopAt === recipe.steps ? 'finished' : 'stopped';
  }

  private async step(step: number, source: AsyncIterator<TrainingBatch>, learningRate: number): Promise<StepResult> {
    const { recipe, onNonFinite } = this.options;
    const batches: TrainingBatch[] = [];
    try {
      for (let i = 0; i < (recipe.accumulate ?? 1); i++) batches.push(await this.nextBatch(step, source));
      const options = { step, learningRate, onNonFinite, collective: this.collective };
      const result = await trainStep(this.params, this.optimizer, this.objective, batches, options);
      this.average?.update(step);
      this.log.steps.push({ step, loss: result.loss, ...result.terms });
      this.skipped = result.skipped ? this.skipped + 1 : 0;
      if (this.skipped < MOST_SKIPPED) return result;
      throw new Error(
        `fit: expected a finite loss and gradient in one of ${MOST_SKIPPED} steps, got none by step ${step}`,
      );
    } finally {
      for (const { pixels, targets } of batches) tf.dispose([pixels, ...targets.map(({ masks }) => masks)]);
    }
  }

  private async nextBatch(step: number, source: AsyncIterator<TrainingBatch>): Promise<TrainingBatch> {
    const { value, done } = await source.next();
    if (!done) return value;
    throw new Error(`fit: expected batches up to step ${this.options.recipe.steps}, got none at step ${step}`);
  }

  /** @param done Steps that are done */
  private isDue(done: number, stopAt: number): boolean {
    const { validation, recipe } = this.options;
    return validation !== undefined && (done % validation.every === 0 || (done === stopAt && done === recipe.steps));
  }

  /**
   * @param done Steps that are done
   * @returns Reason to end the training, if any. Aborted, the validation is owed: a training that goes on begins with it
   */
  private async *validate(done: number): AsyncGenerator<FitEvent<Model>, 'no better' | 'aborted' | null, void> {
    const started = performance.now();
    this.average?.swap();
    try {
      const measured = this.collective.rank === 0 ? await this.measure(done) : null;
      const result = await broadcastJson(this.collective, measured);
      if (result === null) return 'aborted';
      const entry = { step: done, ...result };
      const isBest = result.score > (bestValidation(this.log)?.score ?? Number.NEGATIVE_INFINITY);
      this.log.validations.push(entry);
      if (isBest && this.collective.rank === 0) {
        await this.options.storage.writeBest?.(await saveWeights(this.params, { step: String(done) }));
      }
      yield { type: 'validation', ...entry, isBest, seconds: (performance.now() - started) / 1000 };
    } finally {
      this.average?.swap();
    }
    return this.isOutOfPatience(this.options.validation!.patience) ? 'no better' : null;
  }

  /** @returns null where the signal has cut it */
  private async measure(done: number): Promise<{ score: number; metrics: Record<string, number> } | null> {
    const { validation, signal } = this.options;
    try {
      const result = await validation!.run(this.model, done);
      if (!Number.isNaN(result.score)) return result;
    } catch (error) {
      if (signal?.aborted) return null;
      throw error;
    }
    throw new Error('fit: expected a score of the validation, got NaN');
  }

  private isOutOfPatience(patience: number | undefined): boolean {
    const { validations } = this.log;
    const best = bestValidation(this.log);
    if (patience === undefined || best === null) return false;
    return validations.length - 1 - validations.indexOf(best) >= patience;
  }

  /** @param done Steps that are done */
  private async save(done: number): Promise<FitEvent<Model>> {
    const { storage, title } = this.options;
    const config = JSON.stringify((this.model as { config?: unknown }).config ?? {});
    const checkpoint = await saveTraining(this.params, this.optimizer, { config }, this.average);
    if (this.collective.rank === 0) await storage.write(checkpoint, this.log, title);
    return { type: 'checkpoint', step: done };
  }

  /** Goes on where rank 0 does. @returns The first step */
  private async *resume(): AsyncGenerator<FitEvent<Model>, number, void> {
    const { collective, params, optimizer, average } = this;
    const isReader = collective.rank === 0;
    const step = isReader ? yield* this.resumeFromStorage() : 0;
    if (collective.size === 1) return step;
    const state = isReader ? await saveTraining(params, optimizer, {}, average) : new Uint8Array(0);
    const bytes = await broadcastBytes(collective, state);
    this.log = await broadcastJson(collective, this.log);
    if (isReader) return step;
    const first = resumeTraining(bytesOf('rank 0', bytes), params, optimizer, average);
    if (first > 0) yield { type: 'continued', step: first };
    return first;
  }

  /**
   * Goes on from the newest checkpoint of the storage that is whole.
   *
   * @returns The first step
   * @throws FormatError of the newest one, where none is
   */
  private async *resumeFromStorage(): AsyncGenerator<FitEvent<Model>, number, void> {
    let newest: unknown;
    for (const { checkpoint, log } of await this.options.storage.read()) {
      try {
        const step = resumeTraining(checkpoint, this.params, this.optimizer, this.average);
        this.log = {
          steps: log.steps.filter((entry) => entry.step < step),
          validations: log.validations.filter((entry) => entry.step <= step),
        };
        yield { type: 'continued', step };
        return step;
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
        yield { type: 'warning', message: error.message };
        newest ??= error;
      }
    }
    if (newest !== undefined) throw newest;
    return 0;
  }

  dispose(): void {
    this.optimizer.dispose();
    this.average?.dispose();
    if (!this.hasGivenModel) this.params.dispose();
  }
}
