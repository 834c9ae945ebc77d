// The figures of a trained arm on test scenes.
import { PanopticQuality, summarizeDetections } from '@seg/coco-eval';
import { toCocoCategories } from '@seg/data';
import { MASK2FORMER, MAX_DEEPLAB, mergeCandidates, SOLO } from '@seg/models';
import { maskWiseMerge } from '@seg/postprocess';
import * as tf from '@tensorflow/tfjs-core';
import { averagePrecision } from '../../examples/scenes/average-precision.mjs';
import { panopticQuality } from '../../examples/scenes/panoptic-quality.mjs';
import { CATEGORIES, normalized, preprocessingFor, scene, THINGS } from '../../examples/scenes/scenes.mjs';
import { bestOverlap } from './best-overlap.mjs';
import { pixelArgmax } from './pixel-argmax.mjs';
import { SIZE, TEST_SCENES } from './settings.mjs';

/** @returns Figures in percent, by name */
export async function measureArm({ system, size = SIZE }, model, count = TEST_SCENES) {
  if (system === 'panoptic-segformer') return measureMerging(model, count);
  if (system === 'solov2') {
    const lines = summarizeDetections(await averagePrecision(SOLO.wrap(model), { count, size }));
    const percent = (name) => 100 * lines.find((line) => line.name === name).value;
    return { ap: percent('AP'), ap50: percent('AP50') };
  }
  if (system === 'max-deeplab') {
    const preprocessing = { ...preprocessingFor(size), resize: { kind: 'square', side: size }, divisor: 1 };
    return figures(await panopticQuality(MAX_DEEPLAB.wrap(model), { count, size, preprocessing }));
  }
  const inference = { scoreThreshold: 0.25 }; // the rule's 0.8 is for weeks of training, and these are minutes
  const quality = await panopticQuality(MASK2FORMER.wrap(model), { count, size, inference });
  return { ...figures(quality), ...(await bestOverlap(model, { count, size })) };
}

/** Mask-wise merging, and the argmax of every pixel on the same predictions. */
async function measureMerging(model, count) {
  const [merged, argmax] = [0, 1].map(() => new PanopticQuality({ categories: toCocoCategories(CATEGORIES) }));
  const size = [SIZE, SIZE];
  const geometry = { originalSize: size, resizedSize: size, paddedSize: size };
  for (let index = 0; index < count; index++) {
    const { image, panoptic, segments } = scene('testing', index, SIZE);
    const pixels = normalized([image]);
    const prediction = model.forward(pixels);
    const candidates = await mergeCandidates(prediction, model.config.numThingClasses);
    const maps = [await maskWiseMerge(candidates, geometry, { things: THINGS }), await pixelArgmax(candidates, size)];
    tf.dispose([pixels, prediction]);
    for (const [k, quality] of [merged, argmax].entries()) {
      const found = maps[k].segments.map(({ id, category }) => ({ id, category_id: CATEGORIES[category].id }));
      quality.add({ groundTruth: { ids: panoptic, segments }, prediction: { ids: maps[k].ids, segments: found } });
    }
  }
  return { ...figures(merged.result()), pqOfArgmax: 100 * argmax.result().all.pq };
}

const figures = ({ all, things, stuff }) => ({ pq: 100 * all.pq, things: 100 * things.pq, stuff: 100 * stuff.pq });
