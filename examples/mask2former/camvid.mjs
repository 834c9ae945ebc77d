// Trains the same code on real photographs: semantic segmentation of CamVid's street scenes.
//   node camvid.mjs FOLDER    with train/ and val/, each with images/ and labels/
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SemanticQuality } from '@seg/coco-eval';
import { augmentSample, batches, maskTargets, paintMask } from '@seg/data';
import { openDataset } from '@seg/data/node';
import { normalized } from '@seg/example-scenes/scenes.mjs';
import { trainInFolder } from '@seg/example-scenes/train-in-folder.mjs';
import { encodePng, resizeImage } from '@seg/image';
import { Mask2Former } from '@seg/models';
import { semanticMap } from '@seg/postprocess';
import { aidedMask2FormerObjective } from '@seg/train';
import * as tf from '@tensorflow/tfjs-core';
import { LOSS, MODEL, TRAINING } from './config.mjs';

const NAMES = [
  'sky',
  'building',
  'pole',
  'road',
  'pavement',
  'tree',
  'sign',
  'fence',
  'car',
  'pedestrian',
  'bicyclist',
];
const COLORS = [[128, 128, 128], [128, 0, 0], [192, 192, 128], [128, 64, 128], [60, 40, 222], [128, 128, 0], [192, 128, 128], [64, 64, 128], [64, 0, 128], [64, 64, 0], [0, 128, 192]]; // biome-ignore format: one color a class
const CATEGORIES = NAMES.map((name, id) => ({
  id: id + 1,
  name,
  isThing: false,
  color: COLORS[id],
}));
const VOID = 11;
/** Half of 360 × 480, and a multiple of 32 above it. */
const SIZE = [192, 256];
const CROP = [160, 160];

const folder = process.argv[2];
if (folder === undefined) {
  console.error('camvid: expected the folder of the data set, got none');
  process.exit(1);
}
const open = (split) => openDataset(folder, { split, categories: CATEGORIES, ignored: [VOID] });
const [training, validation] = [await open('train'), await open('val')];
const config = { ...MODEL, numClasses: NAMES.length, numQueries: 20 };
const recipe = { ...TRAINING, batch: 6, steps: Number(process.env.TOTAL ?? 1200) };
const { seed, semanticWeight } = recipe;
const out = process.env.OUT ?? 'out/camvid';

async function* batchesFrom(start) {
  const steps = [{ kind: 'flip' }, { kind: 'scale-jitter', size: CROP, range: [1.1, 2.2] }, { kind: 'color' }];
  const prepare = (sample, random) => augmentSample(sample, steps, random);
  for await (const { samples } of batches(training, { batchSize: recipe.batch, seed: recipe.seed, start, prepare })) {
    yield {
      pixels: normalized(samples.map(({ image }) => image)),
      targets: samples.map((sample) => maskTargets(sample)),
    };
  }
}

const { model } = await trainInFolder('out/camvid', {
  title: 'Mask2Former on CamVid',
  build: (params) => new Mask2Former(params, config),
  objectiveFor: (mask2Former, params) =>
    aidedMask2FormerObjective(mask2Former, LOSS, { seed, semanticWeight, scope: params.root.at('auxiliary') }),
  recipe,
  batchesFrom,
});
const quality = new SemanticQuality({ classes: NAMES.length, ignoreLabel: 255 });
mkdirSync(path.join(out, 'pictures'), { recursive: true });
for (let index = 0; index < validation.length; index++) {
  const { name, image, segments } = await validation.read(index);
  const map = await segment(image);
  const { width, height } = image;
  quality.add({
    groundTruth: labelsOf(segments, image),
    prediction: map.ids.map((id) => id - 1),
    width,
    height,
  });
  if (index % 20 === 0) writeFileSync(path.join(out, 'pictures', `${path.parse(name).name}.png`), picture(image, map));
}
const { meanIou, pixelAccuracy, iou } = quality.result();
for (const [k, name] of NAMES.entries()) console.log(`${name.padEnd(12)} IoU ${iou[k].toFixed(1)}`);
console.log(`pixel accuracy ${pixelAccuracy.toFixed(1)}`);
console.log(`mIoU ${meanIou.toFixed(1)} over ${validation.length} images`);

/** Class indices, 255 where nothing is known. */
function labelsOf(segments, { width, height }) {
  const labels = new Uint8Array(width * height).fill(255);
  for (const { mask, category } of segments) paintMask(labels, width, mask, category);
  return labels;
}

async function segment(image) {
  const resized = resizeImage(image, SIZE);
  const pixels = normalized([resized]);
  const prediction = model.forward(pixels);
  pixels.dispose();
  const geometry = { originalSize: [image.height, image.width], resizedSize: SIZE, paddedSize: SIZE };
  const map = await semanticMap(prediction, geometry);
  tf.dispose([prediction.classLogits, prediction.maskLogits]);
  return map;
}

/** The photograph above its segments. */
function picture(image, { ids, width, height }) {
  const data = new Uint8Array(width * height * 6);
  data.set(image.data);
  for (let i = 0; i < ids.length; i++) if (ids[i] > 0) data.set(COLORS[ids[i] - 1], (width * height + i) * 3);
  return encodePng({ data, width, height: 2 * height });
}
