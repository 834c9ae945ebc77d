// Turns a training checkpoint into a model folder: weights of 8 bits and all that is needed to use them.
import { CATEGORIES } from '@seg/example-scenes/scenes.mjs';
import { exportTrained } from '@seg/example-scenes/trained-model.mjs';
import { MODEL, PREPROCESSING } from './config.mjs';

const [file = 'out/max-deeplab/training.safetensors', folder = 'model'] = process.argv.slice(2);
const description = { config: MODEL, categories: CATEGORIES, preprocessing: PREPROCESSING };
await exportTrained(file, folder, description, 'int8');
