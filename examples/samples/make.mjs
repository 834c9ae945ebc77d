// Writes the six sample scenes of `npm start` with their ground truth: images/, panoptic/ and panoptic.json, from seeds
// of the test split that training never sees. The images become JPEGs, a fifth as large as PNGs, with sharp.
//
//   node examples/samples/make.mjs
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeSceneSet } from '@seg/data/node';
import sharp from 'sharp';

const folder = path.dirname(fileURLToPath(import.meta.url));
const { images } = await writeSceneSet(folder, { split: 'testing', start: 1000, count: 6, height: 256, width: 256 });
for (const { file_name } of images) {
  const png = path.join(folder, 'images', file_name);
  await sharp(png).jpeg({ quality: 92, chromaSubsampling: '4:4:4' }).toFile(png.replace('.png', '.jpg'));
  await rm(png);
}
const json = path.join(folder, 'panoptic.json');
const truth = JSON.parse(await readFile(json, 'utf8'));
const named = truth.images.map((image) => ({ ...image, file_name: image.file_name.replace('.png', '.jpg') }));
const text = JSON.stringify({ ...truth, images: named }, null, 2);
await writeFile(
  json,
  `${text.replace(/\[\s+([\d\s,]+?)\s+\]/g, (_, numbers) => `[${numbers.replace(/\s+/g, ' ')}]`)}\n`,
);
console.log(`samples: ${images.length} scenes in ${folder}`);
