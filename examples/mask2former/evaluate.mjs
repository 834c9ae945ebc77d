// Panoptic quality of a trained model on generated test scenes: node evaluate.mjs [training checkpoint]
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bytesOf, openSafetensors } from '@seg/checkpoint';
import { PanopticQuality } from '@seg/coco-eval';
import { ParamStore, useBackend } from '@seg/core';
import { MASK2FORMER, Mask2Former, Segmenter } from '@seg/models';
import { INFERENCE, MODEL, TRAINING } from './config.mjs';
import { CATEGORIES, MODEL_CATEGORIES, preprocessingFor, scene } from './scenes.mjs';

/**
 * PQ of a model with its system's inference over the first `count` scenes of a split.
 *
 * @param preprocessing Default: that of models trained on scenes of `size`
 * @param inference Thresholds
 */
export async function evaluate(
  model,
  {
    split = 'testing',
    count = Number(process.env.COUNT ?? 200),
    size = TRAINING.size,
    preprocessing = preprocessingFor(size),
    inference = INFERENCE,
  } = {},
) {
  const quality = new PanopticQuality({ categories: CATEGORIES });
  const segmenter = new Segmenter({ model, categories: MODEL_CATEGORIES, preprocessing, inference });
  for (let index = 0; index < count; index++) {
    const { image, panoptic, segments } = scene(split, index, size);
    const map = await segmenter.segment(image);
    const found = map.segments.map(({ id, category }) => ({ id, category_id: CATEGORIES[category].id }));
    quality.add({ groundTruth: { ids: panoptic, segments }, prediction: { ids: map.ids, segments: found } });
  }
  return quality.result();
}

export function printQuality({ all, things, stuff, perCategory, images }) {
  const percent = (value) => (100 * value).toFixed(1);
  for (const { category, pq, sq, rq, tp, fp, fn } of perCategory) {
    const parts = `PQ ${percent(pq)}  SQ ${percent(sq)}  RQ ${percent(rq)}`;
    console.log(`${category.name.padEnd(10)} ${parts}  ${tp} found, ${fp} false, ${fn} missed`);
  }
  console.log(`things PQ ${percent(things.pq)}, stuff PQ ${percent(stuff.pq)}`);
  console.log(`PQ ${percent(all.pq)} over ${images} images`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = process.argv[2] ?? 'out/mask2former/training.safetensors';
  await useBackend(process.env.BACKEND ?? 'wasm');
  const params = new ParamStore(openSafetensors(bytesOf(file, readFileSync(file))));
  const model = new Mask2Former(params, MODEL);
  params.verify((key) => /^(optimizer|auxiliary)\./.test(key));
  const inference = process.env.THRESHOLD ? { scoreThreshold: Number(process.env.THRESHOLD) } : INFERENCE;
  printQuality(await evaluate(MASK2FORMER.wrap(model), { inference }));
}
