// The example's training loop on a model that takes a fraction of a second a step. OUT, STEPS, SAVE_EVERY as there.
import { sceneBatches } from '@seg/example-scenes/scenes.mjs';
import { trainInFolder } from '@seg/example-scenes/train-in-folder.mjs';
import { Mask2Former } from '@seg/models';
import { aidedMask2FormerObjective } from '@seg/train';
import { LOSS, MODEL, TRAINING } from '../config.mjs';

const config = {
  ...MODEL,
  backbone: { ...MODEL.backbone, stemDim: 8, depths: [1, 1, 1, 1], dims: [16, 16, 32, 32] },
  numQueries: 8,
  dim: 32,
  maskDim: 32,
  numEncoderLayers: 1,
  numDecoderLayers: 1,
};
const recipe = { ...TRAINING, size: 96, batch: 1, steps: 12, warmup: 4 };
const { seed, semanticWeight } = recipe;

await trainInFolder(undefined, {
  title: 'a tiny Mask2Former',
  build: (params) => new Mask2Former(params, config),
  objectiveFor: (model, params) =>
    aidedMask2FormerObjective(model, LOSS, { seed, semanticWeight, scope: params.root.at('auxiliary') }),
  recipe,
  batchesFrom: (first) => sceneBatches(first, recipe),
});
