// Generated scenes as a model and a training step take them.
import { generateScene, SCENE_CATEGORIES, sceneSeed, toTargets } from '@seg/data';
import * as tf from '@tensorflow/tfjs-core';

/** Of ImageNet, in units of 0 to 255. */
export const MEAN = [123.675, 116.28, 103.53];
export const STD = [58.395, 57.12, 57.375];

/** Categories in the order of the model's classes. */
export const CATEGORIES = SCENE_CATEGORIES;

/** Categories of things; they come first, so that class indices stay where stuff is left out. */
export const THING_CATEGORIES = CATEGORIES.filter(({ isThing }) => isThing);

/** Class indices of things. */
export const THINGS = new Set(CATEGORIES.flatMap(({ isThing }, index) => (isThing ? [index] : [])));

/** Preprocessing of a model that was trained on scenes of some size. */
export function preprocessingFor(size) {
  return {
    resize: { kind: 'shortest-edge', shortestEdge: size, longestEdge: 2 * size },
    divisor: 32,
    reachDivisor: 'pad',
    rescale: 1,
    mean: MEAN,
    std: STD,
  };
}

/** Scene number `index` of a split. */
export function scene(split, index, size) {
  return generateScene({ seed: sceneSeed(split, index), height: size, width: size });
}

/** Scenes as a training step takes them. The caller disposes pixels and masks. */
export function sceneBatch(split, first, { batch, size }) {
  const scenes = Array.from({ length: batch }, (_, i) => scene(split, first + i, size));
  return {
    pixels: normalized(scenes.map(({ image }) => image)),
    targets: scenes.map(({ image, panoptic, segments }, i) =>
      toTargets({ image, ids: panoptic, segments, name: `scene ${first + i}` }, CATEGORIES),
    ),
  };
}

/** [B, H, W, 3]: (pixel − mean) / deviation. */
export function normalized(images) {
  const { width, height } = images[0];
  const values = new Float32Array(images.length * width * height * 3);
  images.forEach(({ data }, n) => {
    for (let i = 0; i < data.length; i++) values[n * data.length + i] = (data[i] - MEAN[i % 3]) / STD[i % 3];
  });
  return tf.tensor4d(values, [images.length, height, width, 3]);
}

/** Training batches without end, from a step on: scenes never repeat. */
export async function* sceneBatches(first, recipe) {
  for (let step = first; ; step++) yield sceneBatch('training', step * recipe.batch, recipe);
}

/** Targets of a scene with its things alone. Takes the masks over. */
export function thingsOf({ classes, masks }) {
  const kept = [...classes.keys()].filter((t) => THINGS.has(classes[t]));
  const chosen =
    kept.length > 0 ? tf.gather(masks, tf.tensor1d(kept, 'int32')) : tf.zeros([0, ...masks.shape.slice(1)]);
  masks.dispose();
  return { classes: classes.filter((category) => THINGS.has(category)), masks: chosen };
}
