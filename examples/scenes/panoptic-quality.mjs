// Panoptic quality of a model on generated scenes.
import { PanopticQuality } from '@seg/coco-eval';
import { toCocoCategories } from '@seg/data';
import { Segmenter } from '@seg/models';
import { TRAINING } from './recipe.mjs';
import { CATEGORIES, preprocessingFor, scene } from './scenes.mjs';

/**
 * PQ of a model over the first `count` scenes of a split.
 *
 * @param preprocessing Default: that of models trained on scenes of `size`
 * @param inference Thresholds. Default: the system's
 */
export async function panopticQuality(
  model,
  {
    split = 'testing',
    count = Number(process.env.COUNT ?? 200),
    size = TRAINING.size,
    preprocessing = preprocessingFor(size),
    inference = {},
  } = {},
) {
  const quality = new PanopticQuality({ categories: toCocoCategories(CATEGORIES) });
  const segmenter = new Segmenter({ model, categories: CATEGORIES, preprocessing, inference });
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
