// Turns a training checkpoint into a model folder: weights of 8 bits and all that is needed to use them.
import { TRAINING } from '@seg/example-scenes/recipe.mjs';
import { CATEGORIES, preprocessingFor } from '@seg/example-scenes/scenes.mjs';
import { exportTrained } from '@seg/example-scenes/trained-model.mjs';
import { CONFIG } from './config.mjs';

const [file = 'out/panoptic-segformer/training.safetensors', folder = 'model'] = process.argv.slice(2);
const preprocessing = preprocessingFor(TRAINING.size);
await exportTrained(file, folder, { config: CONFIG, categories: CATEGORIES, preprocessing }, 'int8');
