// Trains a small MaskFormer on generated scenes from scratch, then reports its panoptic quality on test scenes.
//   STEPS=200 node train.mjs    for a short run; continues where it was stopped
import { panopticQuality, printQuality } from '@seg/example-scenes/panoptic-quality.mjs';
import { sceneBatches } from '@seg/example-scenes/scenes.mjs';
import { trainInFolder } from '@seg/example-scenes/train-in-folder.mjs';
import { MASKFORMER, MaskFormer } from '@seg/models';
import { aidedMaskFormerObjective } from '@seg/train';
import { INFERENCE, LOSS, MODEL, TRAINING } from './config.mjs';

const { semanticWeight } = TRAINING;
const { model } = await trainInFolder('out/maskformer', {
  title: 'MaskFormer on generated scenes',
  build: (params) => new MaskFormer(params, MODEL),
  objectiveFor: (maskFormer, params) =>
    aidedMaskFormerObjective(maskFormer, LOSS, { semanticWeight, scope: params.root.at('auxiliary') }),
  recipe: TRAINING,
  batchesFrom: (first) => sceneBatches(first, TRAINING),
});
printQuality(await panopticQuality(MASKFORMER.wrap(model), { inference: INFERENCE }));
