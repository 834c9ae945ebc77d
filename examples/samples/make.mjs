// Writes the six sample scenes of `npm start` with their ground truth: images/, panoptic/ and panoptic.json, from seeds
// of the test split that training never sees. The same bytes every time.
//
//   node examples/samples/make.mjs
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeSceneSet } from '@seg/data/node';

const folder = dirname(fileURLToPath(import.meta.url));
const { images } = await writeSceneSet(folder, {
  split: 'testing',
  start: 1000,
  count: 6,
  height: 256,
  width: 256,
  format: 'jpeg',
});
console.log(`samples: ${images.length} scenes in ${folder}`);
