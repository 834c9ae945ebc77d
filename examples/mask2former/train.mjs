// Trains a small Mask2Former on generated scenes from scratch, then reports its panoptic quality on test scenes.
import { MASK2FORMER, Mask2Former } from '@seg/models';
import { LOSS, MODEL, TRAINING } from './config.mjs';
import { evaluate, printQuality } from './evaluate.mjs';
import { fit } from './fit.mjs';
import { aidedObjective } from './objective.mjs';
import { sceneBatches } from './scenes.mjs';

const out = process.env.OUT ?? 'out/mask2former';
const { model } = await fit({
  title: 'Mask2Former on generated scenes',
  out,
  build: (params) => new Mask2Former(params, MODEL),
  objectiveFor: (model, params) => aidedObjective(model, LOSS, { ...TRAINING, scope: params.root.at('auxiliary') }),
  training: TRAINING,
  batchesFrom: (first) => sceneBatches(first, TRAINING),
});
printQuality(await evaluate(MASK2FORMER.wrap(model)));
