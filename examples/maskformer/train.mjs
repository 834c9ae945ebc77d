// Trains a small MaskFormer on generated scenes from scratch, then reports its panoptic quality on test scenes.
//   STEPS=200 node train.mjs    for a short run; continues where it was stopped
import { MASKFORMER_LOSS } from '@seg/losses';
import { MASKFORMER, MaskFormer } from '@seg/models';
import { maskFormerObjective } from '@seg/train';
import { MODEL, TRAINING } from '../mask2former/config.mjs';
import { evaluate, printQuality } from '../mask2former/evaluate.mjs';
import { fit } from '../mask2former/fit.mjs';
import { sceneBatches } from '../mask2former/scenes.mjs';

const CONFIG = {
  model: 'maskformer',
  backbone: MODEL.backbone,
  numClasses: MODEL.numClasses,
  numQueries: MODEL.numQueries,
  fpnDim: 96,
  dim: 96,
  maskDim: 96,
  numHeads: 4,
  ffnDim: 192,
  numEncoderLayers: 1,
  numDecoderLayers: 3,
  dropout: 0.1,
};

const { model } = await fit({
  title: 'MaskFormer on generated scenes',
  out: process.env.OUT ?? 'out/maskformer',
  build: (params) => new MaskFormer(params, CONFIG),
  objectiveFor: (maskFormer) => maskFormerObjective(maskFormer, MASKFORMER_LOSS),
  training: TRAINING,
  batchesFrom: (first) => sceneBatches(first, TRAINING),
});
printQuality(await evaluate(MASKFORMER.wrap(model)));
