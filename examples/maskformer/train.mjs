// Trains a small MaskFormer on generated scenes from scratch, then reports its panoptic quality on test scenes.
//   STEPS=200 node train.mjs    for a short run; continues where it was stopped
import { panopticQuality, printQuality } from '@seg/example-scenes/panoptic-quality.mjs';
import { BACKBONE, TRAINING } from '@seg/example-scenes/recipe.mjs';
import { CATEGORIES, sceneBatches } from '@seg/example-scenes/scenes.mjs';
import { trainInFolder } from '@seg/example-scenes/train-in-folder.mjs';
import { MASKFORMER_LOSS } from '@seg/losses';
import { MASKFORMER, MaskFormer } from '@seg/models';
import { maskFormerObjective } from '@seg/train';

const CONFIG = {
  model: 'maskformer',
  backbone: BACKBONE,
  numClasses: CATEGORIES.length,
  numQueries: 24,
  fpnDim: 96,
  dim: 96,
  maskDim: 96,
  numHeads: 4,
  ffnDim: 192,
  numEncoderLayers: 1,
  numDecoderLayers: 3,
  dropout: 0.1,
};

const { model } = await trainInFolder('out/maskformer', {
  title: 'MaskFormer on generated scenes',
  build: (params) => new MaskFormer(params, CONFIG),
  objectiveFor: (maskFormer) => maskFormerObjective(maskFormer, MASKFORMER_LOSS),
  recipe: TRAINING,
  batchesFrom: (first) => sceneBatches(first, TRAINING),
});
printQuality(await panopticQuality(MASKFORMER.wrap(model), { inference: { scoreThreshold: 0.5 } }));
