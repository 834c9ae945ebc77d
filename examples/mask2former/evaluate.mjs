// Panoptic quality of a trained model on generated test scenes.
import { readFileSync } from 'node:fs';
import { PanopticQuality } from '@seg/coco-eval';
import { bytesOf, openSafetensors, ParamStore, useBackend } from '@seg/core';
import { Mask2Former } from '@seg/models';
import { panopticMap } from '@seg/postprocess';
import * as tf from '@tensorflow/tfjs-core';
import { MODEL, TRAINING } from './config.mjs';
import { CATEGORIES, normalized, scene } from './scenes.mjs';

/** Classes that are things, by index. */
const THINGS = new Set(CATEGORIES.flatMap(({ isthing }, index) => (isthing ? [index] : [])));

/** PQ of a model over the first `count` scenes of a split. */
export async function evaluate(model, { split = 'testing', count = 200, size = TRAINING.size, scoreThreshold } = {}) {
  const quality = new PanopticQuality({ categories: CATEGORIES });
  const geometry = { originalSize: [size, size], resizedSize: [size, size], paddedSize: [size, size] };
  for (let index = 0; index < count; index++) {
    const { image, panoptic, segments } = scene(split, index, size);
    const pixels = normalized([image]);
    const prediction = model.forward(pixels);
    const map = await panopticMap(prediction, geometry, { things: THINGS, scoreThreshold });
    tf.dispose([pixels, prediction.classLogits, prediction.maskLogits]);
    quality.add({
      groundTruth: { ids: panoptic, segments },
      prediction: { ids: map.ids, segments: map.segments.map(({ id, category }) => ({ id, category_id: CATEGORIES[category].id })) },
    });
  }
  return quality.result();
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const file = process.argv[2] ?? 'out/mask2former/training.safetensors';
  await useBackend(process.env.BACKEND ?? 'wasm');
  const weights = openSafetensors(bytesOf(file, readFileSync(file)));
  const params = new ParamStore(weights);
  const model = new Mask2Former(params, MODEL);
  params.verify((key) => key.startsWith('optimizer.'));
  const { all, things, stuff, perCategory, images } = await evaluate(model, {
    count: Number(process.env.COUNT ?? 200),
    scoreThreshold: process.env.THRESHOLD ? Number(process.env.THRESHOLD) : undefined,
  });
  for (const { category, pq, sq, rq, tp, fp, fn } of perCategory) {
    console.log(`${category.name.padEnd(10)} PQ ${(100 * pq).toFixed(1)}  SQ ${(100 * sq).toFixed(1)}  RQ ${(100 * rq).toFixed(1)}  ${tp} found, ${fp} false, ${fn} missed`);
  }
  console.log(`things PQ ${(100 * things.pq).toFixed(1)}, stuff PQ ${(100 * stuff.pq).toFixed(1)}`);
  console.log(`PQ ${(100 * all.pq).toFixed(1)} over ${images} images`);
  process.exit(0);
}
