// Turns a training checkpoint into a model folder: weights of 8 bits and all that is needed to use them.
import { CATEGORIES, preprocessingFor } from '@seg/example-scenes/scenes.mjs';
import { exportTrained } from '@seg/example-scenes/trained-model.mjs';
import { INFERENCE, MODEL, TRAINING } from './config.mjs';

const [file = 'out/maskformer/training.safetensors', folder = 'model'] = process.argv.slice(2);
const preprocessing = preprocessingFor(TRAINING.size);
await exportTrained(
  file,
  folder,
  { config: MODEL, categories: CATEGORIES, preprocessing, inference: INFERENCE },
  'int8',
);
