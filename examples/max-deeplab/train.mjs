// Trains a small MaX-DeepLab-S on generated scenes from scratch, then reports its panoptic quality on test scenes.
//   STEPS=200 node train.mjs    for a short run; continues where it was stopped
import { panopticQuality, printQuality } from '@seg/example-scenes/panoptic-quality.mjs';
import { TRAINING } from '@seg/example-scenes/recipe.mjs';
import { CATEGORIES, preprocessingFor, sceneBatches, THINGS } from '@seg/example-scenes/scenes.mjs';
import { trainInFolder } from '@seg/example-scenes/train-in-folder.mjs';
import { MAX_DEEPLAB_LOSS } from '@seg/losses';
import { MAX_DEEPLAB, MAX_DEEPLAB_PRESETS, MaxDeepLab } from '@seg/models';
import { maxDeepLabObjective } from '@seg/train';

/** One more than a multiple of 32: corners of all maps lie on corners of the image. */
const SIZE = 129;
const RECIPE = { ...TRAINING, size: SIZE };
const PRESET = MAX_DEEPLAB_PRESETS['coco-panoptic-s'];
const CONFIG = {
  ...PRESET,
  numClasses: CATEGORIES.length,
  numSlots: 24,
  memoryDim: 64,
  embeddingDim: 64,
  headDim: 64,
  encoder: {
    ...PRESET.encoder,
    stemDim: 16,
    depths: [0, 1, 1, 2, 1],
    dims: [32, 64, 128, 128, 256],
    numHeads: 4,
    ffnDim: 128,
    dropPath: { rate: 0, fromStride: 16 },
  },
};
const GRID = { things: THINGS, stride: 4 };

const { model } = await trainInFolder('out/max-deeplab', {
  title: 'MaX-DeepLab on generated scenes',
  build: (params) => new MaxDeepLab(params, CONFIG),
  objectiveFor: (maxDeepLab) => maxDeepLabObjective(maxDeepLab, MAX_DEEPLAB_LOSS, GRID),
  recipe: RECIPE,
  batchesFrom: (first) => sceneBatches(first, RECIPE),
});
const preprocessing = { ...preprocessingFor(SIZE), resize: { kind: 'square', side: SIZE }, divisor: 1 };
printQuality(await panopticQuality(MAX_DEEPLAB.wrap(model), { size: SIZE, preprocessing }));
