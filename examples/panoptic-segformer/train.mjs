// Trains a small Panoptic SegFormer on generated scenes from scratch, then reports its panoptic quality on test scenes.
//   STEPS=200 node train.mjs    for a short run; continues where it was stopped
import { PANOPTIC_SEGFORMER_LOSS } from '@seg/losses';
import { PANOPTIC_SEGFORMER, PanopticSegFormer } from '@seg/models';
import { panopticSegFormerObjective } from '@seg/train';
import { TRAINING } from '../mask2former/config.mjs';
import { evaluate, printQuality } from '../mask2former/evaluate.mjs';
import { fit } from '../mask2former/fit.mjs';
import { sceneBatches } from '../mask2former/scenes.mjs';
import { CONFIG } from './config.mjs';

const { model } = await fit({
  title: 'Panoptic SegFormer on generated scenes',
  out: process.env.OUT ?? 'out/panoptic-segformer',
  build: (params) => new PanopticSegFormer(params, CONFIG),
  objectiveFor: (panopticSegFormer) => panopticSegFormerObjective(panopticSegFormer, PANOPTIC_SEGFORMER_LOSS),
  training: TRAINING,
  batchesFrom: (first) => sceneBatches(first, TRAINING),
});
printQuality(await evaluate(PANOPTIC_SEGFORMER.wrap(model), { inference: {} }));
