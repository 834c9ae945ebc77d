// Trains one arm from scratch and prints its figures as a line of JSON: node train-arm.mjs ARM SEED STEPS [SCENES]
import { useBackend } from '@seg/core';
import { fit } from '@seg/train';
import { sceneBatch, thingsOf } from '../../examples/scenes/scenes.mjs';
import { ARMS } from './arms.mjs';
import { measureArm } from './measure-arm.mjs';
import { recipeOf, SIZE } from './settings.mjs';

/** Batches between the scenes of two seeds: more than a run takes. */
const SCENE_BLOCK = 100_000;

const [name, seed, steps, scenes] = process.argv.slice(2).map((word, i) => (i === 0 ? word : Number(word)));
const arm = ARMS[name];
const recipe = recipeOf({ seed, steps });
await useBackend(process.env.BACKEND ?? 'wasm');

/** Keeps nothing: a run that is killed begins again. */
const storage = { read: async () => [], write: async () => {} };
const training = fit({ title: name, storage, build: arm.build, objectiveFor, recipe, batchesFrom, saveEvery: steps });
const [begin, used] = [performance.now(), process.cpuUsage()];
for await (const event of training) {
  if (event.type === 'step' && event.step % 50 === 0)
    console.error(`step ${event.step}  loss ${event.loss.toFixed(3)}`);
  if (event.type !== 'end') continue;
  const seconds = (performance.now() - begin) / 1000;
  const { user, system } = process.cpuUsage(used);
  const megabytes = process.resourceUsage().maxRSS / 1024;
  const measured = await measureArm(arm, event.model, scenes);
  console.log(JSON.stringify({ ...measured, seconds, processor: (user + system) / 1e6, megabytes }));
}

function objectiveFor(model, params) {
  return arm.objectiveFor(model, params, recipe);
}

/** Seeds see scenes of their own; SOLO sees things alone. */
async function* batchesFrom(first) {
  const { batch } = recipe;
  const size = arm.size ?? SIZE;
  for (let step = first; ; step++) {
    const { pixels, targets } = sceneBatch('training', (seed * SCENE_BLOCK + step) * batch, { batch, size });
    yield { pixels, targets: arm.system === 'solov2' ? targets.map(thingsOf) : targets };
  }
}
