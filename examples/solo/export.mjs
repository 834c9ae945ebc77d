// Turns a training checkpoint into a model folder, weights of 8 bits: node export.mjs [solov2|solo] [training checkpoint] [folder]
import { preprocessingFor, THING_CATEGORIES } from '@seg/example-scenes/scenes.mjs';
import { exportTrained } from '@seg/example-scenes/trained-model.mjs';
import { modelNamed, TRAINING } from './config.mjs';

const { name, config } = modelNamed(process.argv[2]);
const [file = `out/${name}/training.safetensors`, folder = name === 'solov2' ? 'model' : `${name}-model`] =
  process.argv.slice(3);
await exportTrained(
  file,
  folder,
  {
    config,
    categories: THING_CATEGORIES,
    preprocessing: preprocessingFor(TRAINING.size),
  },
  'int8',
);
