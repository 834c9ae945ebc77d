// Turns a training checkpoint into a model folder: half-precision weights and all that is needed to use them.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bytesOf, openSafetensors, writeSafetensors } from '@seg/checkpoint';
import { CATEGORIES, preprocessingFor } from '@seg/example-scenes/scenes.mjs';
import { INFERENCE, MODEL, TRAINING } from './config.mjs';

const [file = 'out/mask2former/training.safetensors', folder = 'model'] = process.argv.slice(2);
const training = openSafetensors(bytesOf(file, readFileSync(file)));
const keys = [...training.keys()].filter((key) => !/^(optimizer|auxiliary)\./.test(key));
const weights = new Map(keys.map((key) => [key, training.read(key)]));
const config = {
  format: 'seg-model-1',
  config: MODEL,
  categories: CATEGORIES,
  preprocessing: preprocessingFor(TRAINING.size),
  inference: INFERENCE,
};
mkdirSync(folder, { recursive: true });
write(
  'model.safetensors',
  writeSafetensors(weights, { precision: 'float16', metadata: { step: training.metadata.step } }),
);
write('config.json', `${JSON.stringify(config, null, 2)}\n`);

function write(name, content) {
  const target = path.join(folder, name);
  writeFileSync(`${target}.part`, content);
  renameSync(`${target}.part`, target);
  console.log(`${target}: ${(content.length / 1e6).toFixed(2)} MB`);
}
