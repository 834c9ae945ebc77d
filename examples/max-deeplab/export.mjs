// Turns a training checkpoint into a model folder: half-precision weights and all that is needed to use them.
import { CATEGORIES } from '@seg/example-scenes/scenes.mjs';
import { exportTrained } from '@seg/example-scenes/trained-model.mjs';
import { MODEL, PREPROCESSING } from './config.mjs';

const [file = 'out/max-deeplab/training.safetensors', folder = 'model'] = process.argv.slice(2);
await exportTrained(file, folder, { config: MODEL, categories: CATEGORIES, preprocessing: PREPROCESSING });
