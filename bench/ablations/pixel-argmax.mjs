// What mask-wise merging is compared with: every pixel goes to the mask with the largest class probability × mask.
import { readTensors, resizeBilinear } from '@seg/core';

/**
 * Panoptic map of one image. Li et al. 2022 (Panoptic SegFormer), "Pixel-wise argmax" with class probabilities.
 *
 * @param groups As `maskWiseMerge` takes them
 * @param options `threshold` of the class probabilities of candidates, and the least area of a segment
 */
export async function pixelArgmax(groups, size, { threshold = 0.25, leastArea = 4 } = {}) {
  const [best, ids] = [new Float64Array(size[0] * size[1]), new Int32Array(size[0] * size[1])];
  const classes = [];
  for (const { masks, categories, probabilities } of groups) {
    const [values] = await readTensors(() => [resizeBilinear(masks, size)]);
    const count = masks.shape[3];
    for (let k = 0; k < count; k++) {
      if (probabilities[k] < threshold) continue;
      classes.push(categories[k]);
      for (let i = 0; i < ids.length; i++) {
        const score = values[i * count + k] * probabilities[k];
        if (score > best[i]) [best[i], ids[i]] = [score, classes.length];
      }
    }
  }
  return { ids, segments: largeSegments(ids, classes, leastArea) };
}

/** Segments with enough pixels; the others' become void. */
function largeSegments(ids, classes, leastArea) {
  const areas = new Int32Array(classes.length + 1);
  for (const id of ids) areas[id]++;
  for (let i = 0; i < ids.length; i++) if (areas[ids[i]] < leastArea) ids[i] = 0;
  return classes.flatMap((category, k) => (areas[k + 1] < leastArea ? [] : [{ id: k + 1, category }]));
}
