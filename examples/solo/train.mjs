// Trains a small SOLOv2 on the things of generated scenes from scratch, then reports their average precision.
//   STEPS=200 node train.mjs    for a short run; continues where it was stopped
import { formatDetectionSummary, summarizeDetections } from '@seg/coco-eval';
import { averagePrecision } from '@seg/example-scenes/average-precision.mjs';
import { BACKBONE, TRAINING } from '@seg/example-scenes/recipe.mjs';
import { sceneBatches, THING_CATEGORIES } from '@seg/example-scenes/scenes.mjs';
import { trainInFolder } from '@seg/example-scenes/train-in-folder.mjs';
import { SOLOV2_LOSS } from '@seg/losses';
import { SOLO, Solo } from '@seg/models';
import { soloObjective } from '@seg/train';
import * as tf from '@tensorflow/tfjs-core';

const CONFIG = {
  model: 'solov2',
  backbone: BACKBONE,
  numClasses: THING_CATEGORIES.length,
  fpnDim: 96,
  headDim: 96,
  numHeadLayers: 2,
  kernelDim: 64,
  maskFeatureDim: 64,
  grids: [16, 12, 8, 6, 4],
  scaleRanges: [[1, 24], [16, 40], [24, 64], [40, 96], [64, 256]], // biome-ignore format: one level each
};
const LOSS = { ...SOLOV2_LOSS, grids: CONFIG.grids, scaleRanges: CONFIG.scaleRanges };

/** Scenes with their things alone. */
async function* batchesFrom(first) {
  for await (const { pixels, targets } of sceneBatches(first, TRAINING)) {
    yield { pixels, targets: targets.map(thingsOf) };
  }
}

function thingsOf({ classes, masks }) {
  const kept = [...classes.keys()].filter((t) => classes[t] < THING_CATEGORIES.length);
  const chosen =
    kept.length > 0 ? tf.gather(masks, tf.tensor1d(kept, 'int32')) : tf.zeros([0, ...masks.shape.slice(1)]);
  masks.dispose();
  return { classes: classes.filter((category) => category < THING_CATEGORIES.length), masks: chosen };
}

const { model } = await trainInFolder('out/solo', {
  title: 'SOLOv2 on generated scenes',
  build: (params) => new Solo(params, CONFIG),
  objectiveFor: (solo) => soloObjective(solo, LOSS),
  recipe: TRAINING,
  batchesFrom,
});
const result = await averagePrecision(SOLO.wrap(model));
console.log(formatDetectionSummary(summarizeDetections(result), result));
