// Trains a small MaX-DeepLab-S on generated scenes from scratch, then reports its panoptic quality on test scenes.
//   STEPS=200 node train.mjs    for a short run; continues where it was stopped
import { panopticQuality, printQuality } from '@seg/example-scenes/panoptic-quality.mjs';
import { sceneBatches } from '@seg/example-scenes/scenes.mjs';
import { trainInFolder } from '@seg/example-scenes/train-in-folder.mjs';
import { MAX_DEEPLAB_LOSS } from '@seg/losses';
import { MAX_DEEPLAB, MaxDeepLab } from '@seg/models';
import { maxDeepLabObjective } from '@seg/train';
import { GRID, MODEL, PREPROCESSING, TRAINING } from './config.mjs';

const { model } = await trainInFolder('out/max-deeplab', {
  title: 'MaX-DeepLab on generated scenes',
  build: (params) => new MaxDeepLab(params, MODEL),
  objectiveFor: (maxDeepLab) => maxDeepLabObjective(maxDeepLab, MAX_DEEPLAB_LOSS, GRID),
  recipe: TRAINING,
  batchesFrom: (first) => sceneBatches(first, TRAINING),
});
printQuality(await panopticQuality(MAX_DEEPLAB.wrap(model), { size: TRAINING.size, preprocessing: PREPROCESSING }));
