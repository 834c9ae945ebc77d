// Trains a small Mask2Former on generated scenes from scratch, then reports its panoptic quality on test scenes.
//   STEPS=200 node train.mjs    for a short run; continues where it was stopped
import { panopticQuality, printQuality } from '@seg/example-scenes/panoptic-quality.mjs';
import { sceneBatches } from '@seg/example-scenes/scenes.mjs';
import { trainInFolder } from '@seg/example-scenes/train-in-folder.mjs';
import { MASK2FORMER, Mask2Former } from '@seg/models';
import { aidedMask2FormerObjective } from '@seg/train';
import { INFERENCE, LOSS, MODEL, TRAINING } from './config.mjs';

const { seed, semanticWeight } = TRAINING;
const { model } = await trainInFolder('out/mask2former', {
  title: 'Mask2Former on generated scenes',
  build: (params) => new Mask2Former(params, MODEL),
  objectiveFor: (model, params) =>
    aidedMask2FormerObjective(model, LOSS, { seed, semanticWeight, scope: params.root.at('auxiliary') }),
  recipe: TRAINING,
  batchesFrom: (first) => sceneBatches(first, TRAINING),
});
printQuality(await panopticQuality(MASK2FORMER.wrap(model), { inference: INFERENCE }));
