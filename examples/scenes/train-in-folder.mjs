// Training as the examples' command lines ask for it: BACKEND, OUT, STEPS and SAVE_EVERY from the environment.
import { useBackend } from '@seg/core';
import { fit } from '@seg/train';
import { trainingFolder } from '@seg/train/node';

/**
 * `fit` of @seg/train in a folder, which continues where it was stopped.
 *
 * @param folder Default of OUT
 * @param options The rest of `fit`'s options
 */
export async function trainInFolder(folder, options) {
  const backend = await useBackend(process.env.BACKEND ?? 'wasm');
  console.log(`backend ${backend.name}: ${backend.description}`);
  return fit({
    ...options,
    storage: trainingFolder(process.env.OUT ?? folder),
    stopAt: Number(process.env.STEPS ?? options.recipe.steps),
    saveEvery: Number(process.env.SAVE_EVERY ?? 100),
    onProgress: console.log,
  });
}
