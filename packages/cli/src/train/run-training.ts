import type { BackendInfo } from '@seg/core';
import type { RehearseOptions, TrainModelOptions } from '@seg/train/node';
import { eventFile, rehearse, trainModel } from '@seg/train/node';

import { finishOnSignal } from '../process/finish-on-signal.ts';
import { claimRunFolder } from './run-folder.ts';
import { duration, stepText, validationText } from './train-text.ts';

/** Outputs of a training. */
export type TrainIo = {
  /** Takes results. */
  print(text: string): void;
  /** Takes everything else. */
  note(text: string): void;
};

/** Seconds between two lines of progress, but for the first steps. */
const SECONDS_PER_LINE = 10;

/**
 * Trains to the end, or up to a signal, in a folder that no other run writes into meanwhile.
 *
 * @returns The exit code of the signal that has cut it, null where it came to its end
 */
export async function runTraining(
  options: TrainModelOptions,
  tensorboard: boolean,
  io: TrainIo,
): Promise<number | null> {
  const isWriter = (options.collective?.rank ?? 0) === 0;
  const release = isWriter ? await claimRunFolder(options.out) : async () => {};
  const request = finishOnSignal();
  let [isCut, lastLine] = [false, 0];
  let board: Awaited<ReturnType<typeof eventFile>> | null = null;
  try {
    for await (const event of trainModel({ ...options, signal: request.signal })) {
      if (event.type === 'continued') io.note(`going on at step ${event.step}`);
      if (event.type === 'warning') io.note(`warning: ${event.message}`);
      if (event.type === 'step') {
        const { step, loss, terms, learningRate } = event;
        if (tensorboard && isWriter) board ??= await eventFile(options.out); // behind all that can be wrong before the first step
        await board?.add(step, { loss, 'learning rate': learningRate, ...prefixed('loss/', terms) });
        const now = performance.now() / 1000;
        if (step < 3 || now - lastLine >= SECONDS_PER_LINE || step === options.recipe.steps - 1) {
          io.note(stepText(event, options.recipe.steps));
          lastLine = now;
        }
      }
      if (event.type === 'validation') {
        io.note(validationText(event));
        await board?.add(event.step, prefixed('validation/', event.metrics));
      }
      if (event.type === 'end') {
        event.params.dispose();
        isCut = event.reason === 'aborted';
        io.print(endText(event.reason, event.step, options.out));
      }
    }
    return isCut ? request.code() : null;
  } finally {
    request.release();
    await release();
  }
}

const prefixed = (prefix: string, numbers: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(numbers).map(([name, value]) => [prefix + name, value]));

function endText(reason: string, step: number, out: string): string {
  if (reason === 'aborted') return `${out}: stopped behind step ${step}; --resume goes on`;
  return `${out}/model: trained in ${step} steps${reason === 'no better' ? ', behind which validation got no better' : ''}`;
}

type SeenBatch = Parameters<NonNullable<RehearseOptions['onBatch']>>[0];

/** Shapes of a batch, and the objects of each image. */
function batchText({ pixels, targets }: SeenBatch): string {
  const [images, height, width] = pixels.shape;
  const objects = targets.map(({ classes }) => classes.length).join(', ');
  return `${images} of ${height}x${width} pixels with ${objects} objects`;
}

/**
 * Takes two steps, writes nothing, and tells what a whole training would take.
 *
 * @returns The exit code of the signal that has cut it, null where none has
 */
export async function dryRun(
  options: Omit<TrainModelOptions, 'out'>,
  backend: BackendInfo,
  io: TrainIo,
): Promise<number | null> {
  const { recipe, data, model } = options;
  const request = finishOnSignal();
  let [seconds, before, batch] = [0, performance.now(), ''];
  const onBatch = (one: SeenBatch) => {
    batch ||= batchText(one);
  };
  try {
    for await (const event of rehearse({ ...options, signal: request.signal, onBatch })) {
      if (event.type === 'step') {
        seconds = (performance.now() - before) / 1000; // of the last step, which the first has warmed up for
        before = performance.now();
        io.note(stepText(event, recipe.steps));
      }
      if (event.type !== 'end') continue;
      const { numbers, parameters } = event.params.size;
      event.params.dispose();
      if (event.reason === 'aborted') return request.code();
      const images = recipe.batch * (recipe.accumulate ?? 1);
      io.print(`data: ${data.training.length} images to train on, ${data.validation?.length ?? 0} to validate`);
      io.print(`batch: ${batch}`);
      io.print(
        `model: ${model.description.config.model}, ${(numbers / 1e6).toFixed(2)} million numbers in ${parameters} tensors`,
      );
      io.print(`backend: ${backend.name}, ${(process.memoryUsage.rss() / 1e9).toFixed(1)} GB`);
      io.print(
        `pace: ${seconds.toFixed(2)} s for a step of ${images} images; ${recipe.steps} steps take ${duration(seconds * recipe.steps)}${data.validation === undefined ? '' : ', without validations'}`,
      );
    }
    return null;
  } finally {
    request.release();
  }
}
