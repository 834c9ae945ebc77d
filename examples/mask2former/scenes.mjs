import { generateScene, SCENE_CATEGORIES, sceneSeed } from '@seg/data';
import * as tf from '@tensorflow/tfjs-core';

export const MEAN = [123.675, 116.28, 103.53];
export const STD = [58.395, 57.12, 57.375];

/** Categories in the order of the model's classes. */
export const CATEGORIES = SCENE_CATEGORIES;
const classOf = new Map(CATEGORIES.map(({ id }, index) => [id, index]));

/** Scene number `index` of a split. */
export function scene(split, index, size) {
  return generateScene({ seed: sceneSeed(split, index), height: size, width: size });
}

/** Scenes as normalized images and targets: what a training step takes. The caller disposes both. */
export function sceneBatch(split, first, { batch, size }) {
  const scenes = Array.from({ length: batch }, (_, i) => scene(split, first + i, size));
  return { pixels: normalized(scenes.map(({ image }) => image)), targets: scenes.map((one) => targetsOf(one, size)) };
}

/** [B, H, W, 3], with ImageNet's mean and deviation. */
export function normalized(images) {
  const { width, height } = images[0];
  const values = new Float32Array(images.length * width * height * 3);
  images.forEach(({ data }, n) => {
    for (let i = 0; i < data.length; i++) values[n * data.length + i] = (data[i] - MEAN[i % 3]) / STD[i % 3];
  });
  return tf.tensor4d(values, [images.length, height, width, 3]);
}

function targetsOf({ panoptic, segments }, size) {
  const masks = new Float32Array(segments.length * size * size);
  segments.forEach(({ id }, t) => {
    for (let i = 0; i < panoptic.length; i++) if (panoptic[i] === id) masks[t * panoptic.length + i] = 1;
  });
  return {
    classes: Int32Array.from(segments, ({ category_id: id }) => classOf.get(id)),
    masks: tf.tensor3d(masks, [segments.length, size, size]),
  };
}
