// Trains a small SOLOv2 on the things of generated scenes from scratch, then reports their average precision.
//   node train.mjs solo         for a SOLO
//   STEPS=200 node train.mjs    for a short run; continues where it was stopped
import { formatDetectionSummary, summarizeDetections } from '@seg/coco-eval';
import { averagePrecision } from '@seg/example-scenes/average-precision.mjs';
import { sceneBatches, thingsOf } from '@seg/example-scenes/scenes.mjs';
import { trainInFolder } from '@seg/example-scenes/train-in-folder.mjs';
import { SOLO, Solo } from '@seg/models';
import { aidedSoloObjective } from '@seg/train';
import { modelNamed } from './config.mjs';

const { name, config, loss, recipe } = modelNamed(process.argv[2]);
const { semanticWeight, emptyWeight } = recipe;

/** Scenes with their things alone. */
async function* batchesFrom(first) {
  for await (const { pixels, targets } of sceneBatches(first, recipe)) {
    yield { pixels, targets: targets.map(thingsOf) };
  }
}

const { model } = await trainInFolder(`out/${name}`, {
  title: `${name === 'solo' ? 'SOLO' : 'SOLOv2'} on generated scenes`,
  build: (params) => new Solo(params, config),
  objectiveFor: (solo, params) =>
    aidedSoloObjective(solo, loss, { semanticWeight, emptyWeight, scope: params.root.at('auxiliary') }),
  recipe,
  batchesFrom,
});
const result = await averagePrecision(SOLO.wrap(model));
console.log(formatDetectionSummary(summarizeDetections(result), result));
