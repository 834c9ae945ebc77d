// Trains a small Panoptic SegFormer on generated scenes from scratch, then reports its panoptic quality on test scenes.
//   STEPS=200 node train.mjs    for a short run; continues where it was stopped
import { PANOPTIC_SEGFORMER_LOSS } from '@seg/losses';
import { PanopticSegFormer } from '@seg/models';
import { panopticSegFormerObjective } from '@seg/train';
import { MODEL, TRAINING } from '../mask2former/config.mjs';
import { evaluate, printQuality } from '../mask2former/evaluate.mjs';
import { fit } from '../mask2former/fit.mjs';
import { CATEGORIES, sceneBatch } from '../mask2former/scenes.mjs';

const numThingClasses = CATEGORIES.filter(({ isthing }) => isthing).length;
const CONFIG = {
  model: 'panoptic_segformer',
  backbone: MODEL.backbone,
  numThingClasses,
  numStuffClasses: CATEGORIES.length - numThingClasses,
  numThingQueries: 40,
  dim: 96,
  numHeads: 4,
  numPoints: 4,
  ffnDim: 192,
  numEncoderLayers: 2,
  numLocationLayers: 3,
  numThingBlocks: 2,
  numStuffBlocks: 2,
  dropout: 0,
  maxDetections: 30,
};

async function* batchesFrom(first) {
  for (let step = first; ; step++) yield sceneBatch('training', step * TRAINING.batch, TRAINING);
}

const { model } = await fit({
  title: 'Panoptic SegFormer on generated scenes',
  out: process.env.OUT ?? 'out/panoptic-segformer',
  build: (params) => new PanopticSegFormer(params, CONFIG),
  objectiveFor: (panopticSegFormer) => panopticSegFormerObjective(panopticSegFormer, PANOPTIC_SEGFORMER_LOSS),
  training: TRAINING,
  batchesFrom,
});
printQuality(await evaluate(model, { inference: {} }));
