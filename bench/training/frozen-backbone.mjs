// Processor seconds of a training step with a frozen backbone: over new crops, and over crops that come again, in turn, on one
// thread of WebAssembly.
//   node bench/training/frozen-backbone.mjs [small|r50] [SIZE] [BATCH] [ROUNDS]
import { useBackend } from '@seg/core';
import { asMaskDataset, SceneDataset } from '@seg/data';
import { openModel, PRESETS } from '@seg/models';
import { BACKBONE_KEYS, finetuneRecipe, fitModel, smallModel } from '@seg/train';
import { count, oneOf, readArguments } from '../arguments.mjs';

const { positionals } = readArguments(
  import.meta.url,
  {},
  { places: { KIND: oneOf(['small', 'r50']), SIZE: count(), BATCH: count(), ROUNDS: count() } },
);
const [kind = 'small', size = '256', batch = '4', rounds = '3'] = positionals;
const side = Number(size);
await useBackend('wasm', { threads: 1 });
const training = asMaskDataset(new SceneDataset({ split: 'training', length: 8, height: side, width: side }));
const preset = PRESETS['mask2former-r50-coco-panoptic'];
const description = kind === 'r50' ? { ...preset, categories: [] } : smallModel('mask2former', side);
const { categories } = training;
const base = finetuneRecipe({ model: 'mask2former', isNew: kind !== 'r50', size: side });
const storage = { read: async () => [], write: async () => {} };

/** Steps over new crops, over crops whose maps are kept, and over such for which there is no room. */
const trainings = {
  'new crops': {},
  'kept maps': { distinctSamples: Number(batch) },
  'maps computed anew': { distinctSamples: Number(batch), keptFeatures: { bytes: 0 } },
};
const running = [];
for (const [name, changes] of Object.entries(trainings)) {
  const model = await openModel('bench', description, { weights: false, categories });
  const recipe = { ...base, batch: Number(batch), freeze: [BACKBONE_KEYS], ...changes };
  running.push({
    name,
    events: fitModel({ model, data: { training }, recipe, task: 'panoptic', storage }),
    least: Infinity,
  });
}
for (let round = 0; round <= Number(rounds); round++) {
  for (const one of running) {
    const used = process.cpuUsage();
    await one.events.next();
    const { user, system } = process.cpuUsage(used);
    if (round > 0) one.least = Math.min(one.least, (user + system) / 1e6); // the first one warms up
  }
}
for (const { name, least } of running) {
  console.log(
    `${kind} ${side}x${side}, batch ${batch}, ${name}: ${least.toFixed(2)} s, ${(least / running[0].least).toFixed(2)}`,
  );
}
for (const { events } of running) await events.return();
