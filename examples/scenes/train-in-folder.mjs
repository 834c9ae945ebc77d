// Training as the examples' command lines ask for it: BACKEND, OUT, STEPS and SAVE_EVERY from the environment.
import { useBackend } from '@seg/core';
import { fit } from '@seg/train';
import { trainingFolder } from '@seg/train/node';

/**
 * `fit` of @seg/train in a folder, which continues where it was stopped.
 *
 * @param folder Default of OUT
 * @param options The rest of `fit`'s options
 * @returns The trained model and its parameters
 */
export async function trainInFolder(folder, options) {
  const backend = await useBackend(process.env.BACKEND ?? 'wasm');
  console.log(`backend ${backend.name}: ${backend.description}`);
  const training = fit({
    ...options,
    storage: trainingFolder(process.env.OUT ?? folder),
    stopAt: Number(process.env.STEPS ?? options.recipe.steps),
    saveEvery: Number(process.env.SAVE_EVERY ?? 100),
  });
  for await (const event of training) {
    if (event.type === 'step' && event.step % STEPS_PER_LINE === 0) console.log(lineOf(event));
    if (event.type === 'continued') console.log(`continuing at step ${event.step}`);
    if (event.type === 'warning') console.log(`warning: ${event.message}`);
    if (event.type === 'end') return event;
  }
}

/** A line every few seconds at the pace of two processor cores. */
const STEPS_PER_LINE = 20;

function lineOf({ step, loss, terms, gradientNorm, seconds, secondsLeft }) {
  const parts = Object.entries(terms).map(([name, value]) => `${name} ${value.toFixed(3)}`);
  const pace = `${seconds.toFixed(2)} s/step  ${(secondsLeft / 60).toFixed(0)} min left`;
  return [`step ${step}`, `loss ${loss.toFixed(2)}`, ...parts, `|g| ${gradientNorm.toFixed(1)}`, pace].join('  ');
}
