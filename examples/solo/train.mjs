// Trains a small SOLOv2 on the things of generated scenes from scratch, then reports their average precision.
//   STEPS=200 node train.mjs    for a short run; continues where it was stopped
import { encodeRle, evaluateDetections, formatDetectionSummary, formatRle, summarizeDetections } from '@seg/coco-eval';
import { SOLOV2_LOSS } from '@seg/losses';
import { Solo, soloOutput } from '@seg/models';
import { isInside, soloInstances } from '@seg/postprocess';
import { soloObjective } from '@seg/train';
import * as tf from '@tensorflow/tfjs-core';
import { MODEL, TRAINING } from '../mask2former/config.mjs';
import { fit } from '../mask2former/fit.mjs';
import { CATEGORIES, normalized, scene, sceneBatches } from '../mask2former/scenes.mjs';

const THINGS = CATEGORIES.filter(({ isThing }) => isThing);
const CONFIG = {
  model: 'solov2',
  backbone: MODEL.backbone,
  numClasses: THINGS.length,
  fpnDim: 96,
  headDim: 96,
  numHeadLayers: 2,
  kernelDim: 64,
  maskFeatureDim: 64,
  grids: [16, 12, 8, 6, 4],
  scaleRanges: [[1, 24], [16, 40], [24, 64], [40, 96], [64, 256]], // biome-ignore format: one level each
};
const LOSS = { ...SOLOV2_LOSS, grids: CONFIG.grids, scaleRanges: CONFIG.scaleRanges };

/** Scenes with their things alone: things come first among the categories, so class indices stay. */
async function* batchesFrom(first) {
  for await (const { pixels, targets } of sceneBatches(first, TRAINING)) {
    yield { pixels, targets: targets.map(thingsOf) };
  }
}

function thingsOf({ classes, masks }) {
  const kept = [...classes.keys()].filter((t) => classes[t] < THINGS.length);
  const chosen =
    kept.length > 0 ? tf.gather(masks, tf.tensor1d(kept, 'int32')) : tf.zeros([0, ...masks.shape.slice(1)]);
  masks.dispose();
  return { classes: classes.filter((category) => category < THINGS.length), masks: chosen };
}

const { model } = await fit({
  title: 'SOLOv2 on generated scenes',
  out: process.env.OUT ?? 'out/solo',
  build: (params) => new Solo(params, CONFIG),
  objectiveFor: (solo) => soloObjective(solo, LOSS),
  training: TRAINING,
  batchesFrom,
});

const truth = { images: [], annotations: [], categories: THINGS };
const results = [];
for (let index = 0; index < Number(process.env.COUNT ?? 100); index++) await add(index);
const result = evaluateDetections(truth, results, { iouType: 'segm', allowEmpty: true });
console.log(formatDetectionSummary(summarizeDetections(result), result));

/** One test scene with what the model finds in it, as COCO's two files have them. */
async function add(index) {
  const { size } = TRAINING;
  const { image, panoptic, segments } = scene('testing', index, size);
  truth.images.push({ id: index + 1, width: size, height: size });
  for (const { id, category_id, area, bbox } of segments.filter(({ isThing }) => isThing)) {
    const segmentation = formatRle(
      encodeRle(
        Array.from(panoptic, (pixel) => pixel === id),
        size,
        size,
      ),
    );
    truth.annotations.push({
      id: truth.annotations.length + 1,
      image_id: index + 1,
      category_id,
      area,
      bbox,
      segmentation,
      iscrowd: 0,
    });
  }
  const pixels = normalized([image]);
  const prediction = model.forward(pixels);
  const geometry = { originalSize: [size, size], resizedSize: [size, size], paddedSize: [size, size] };
  const { instances } = await soloInstances(soloOutput(prediction), geometry);
  for (const { category, score, mask } of instances) {
    const inside = Array.from({ length: size * size }, (_, i) => isInside(mask, i));
    const segmentation = formatRle(encodeRle(inside, size, size));
    results.push({ image_id: index + 1, category_id: THINGS[category].id, segmentation, score });
  }
  tf.dispose([pixels, prediction]);
}
