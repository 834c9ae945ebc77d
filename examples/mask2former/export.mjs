// Turns a training checkpoint into a model folder: half-precision weights and all that is needed to use them.
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { bytesOf, openSafetensors } from '@seg/checkpoint';
import { CATEGORIES, preprocessingFor } from '@seg/example-scenes/scenes.mjs';
import { saveModel } from '@seg/models/node';
import { INFERENCE, MODEL, TRAINING } from './config.mjs';

const [file = 'out/mask2former/training.safetensors', folder = 'model'] = process.argv.slice(2);
const training = openSafetensors(bytesOf(file, readFileSync(file)));
const keys = [...training.keys()].filter((key) => !/^(optimizer|auxiliary)\./.test(key));
const description = {
  config: MODEL,
  categories: CATEGORIES,
  preprocessing: preprocessingFor(TRAINING.size),
  inference: INFERENCE,
};
const weights = new Map(keys.map((key) => [key, training.read(key)]));
await saveModel(folder, description, weights, { precision: 'float16', metadata: { step: training.metadata.step } });
for (const name of ['model.safetensors', 'config.json']) {
  const target = path.join(folder, name);
  console.log(`${target}: ${(statSync(target).size / 1e6).toFixed(2)} MB`);
}
