// Trains a small Panoptic SegFormer on generated scenes from scratch, then reports its panoptic quality on test scenes.
//   STEPS=200 node train.mjs    for a short run; continues where it was stopped
import { panopticQuality, printQuality } from '@seg/example-scenes/panoptic-quality.mjs';
import { TRAINING } from '@seg/example-scenes/recipe.mjs';
import { sceneBatches } from '@seg/example-scenes/scenes.mjs';
import { trainInFolder } from '@seg/example-scenes/train-in-folder.mjs';
import { PANOPTIC_SEGFORMER_LOSS } from '@seg/losses';
import { PANOPTIC_SEGFORMER, PanopticSegFormer } from '@seg/models';
import { panopticSegFormerObjective } from '@seg/train';
import { CONFIG } from './config.mjs';

const { model } = await trainInFolder('out/panoptic-segformer', {
  title: 'Panoptic SegFormer on generated scenes',
  build: (params) => new PanopticSegFormer(params, CONFIG),
  objectiveFor: (panopticSegFormer) => panopticSegFormerObjective(panopticSegFormer, PANOPTIC_SEGFORMER_LOSS),
  recipe: TRAINING,
  batchesFrom: (first) => sceneBatches(first, TRAINING),
});
printQuality(await panopticQuality(PANOPTIC_SEGFORMER.wrap(model)));
