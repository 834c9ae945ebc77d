// Average precision of masks on the things of generated scenes.
import { encodeRle, evaluateDetections, formatRle } from '@seg/coco-eval';
import { Segmenter } from '@seg/models';
import { isInside } from '@seg/postprocess';
import { TRAINING } from './recipe.mjs';
import { preprocessingFor, scene, THING_CATEGORIES } from './scenes.mjs';

/** Result of COCO's evaluation over the first `count` test scenes. */
export async function averagePrecision(model, { count = Number(process.env.COUNT ?? 100), size = TRAINING.size } = {}) {
  const segmenter = new Segmenter({ model, categories: THING_CATEGORIES, preprocessing: preprocessingFor(size) });
  const truth = { images: [], annotations: [], categories: THING_CATEGORIES };
  const results = [];
  for (let index = 0; index < count; index++) {
    const { image, panoptic, segments } = scene('testing', index, size);
    truth.images.push({ id: index + 1, width: size, height: size });
    truth.annotations.push(...annotations(index + 1, { panoptic, segments, size }, truth.annotations.length));
    const { instances } = await segmenter.segment(image, { task: 'instance' });
    for (const { category, score, mask } of instances) {
      const segmentation = rle(size, (i) => isInside(mask, i));
      results.push({ image_id: index + 1, category_id: THING_CATEGORIES[category].id, segmentation, score });
    }
  }
  return evaluateDetections(truth, results, { iouType: 'segm', allowEmpty: true });
}

/** Things of a scene as COCO's annotations, numbered after `before`. */
function annotations(image_id, { panoptic, segments, size }, before) {
  return segments
    .filter(({ isThing }) => isThing)
    .map(({ id, category_id, area, bbox }, k) => {
      const segmentation = rle(size, (i) => panoptic[i] === id);
      return { id: before + k + 1, image_id, category_id, area, bbox, segmentation, iscrowd: 0 };
    });
}

function rle(size, isSet) {
  const mask = Uint8Array.from({ length: size * size }, (_, i) => Number(isSet(i)));
  return formatRle(encodeRle(mask, size, size));
}
