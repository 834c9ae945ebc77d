import { type MaskTargets, readTensors } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import type { TrainingBatch } from './training-batch.ts';

/**
 * Largest pixel that is taken. Normalized pixels stay below 10 and 16-bit ones without normalization below 65,536; from
 * 1e19 on, squares overflow in the running variance of norms while the loss stays finite.
 */
const LARGEST_PIXEL = 1e6;

/**
 * Refuses a batch that would spoil a training, before anything is computed with it.
 *
 * @param hasTargets False where the objective takes no targets
 * @throws Error where a size disagrees, a pixel is not finite or beyond ±1e6, or masks leave 0..1
 */
export async function checkBatch({ pixels, targets, samples }: TrainingBatch, hasTargets: boolean): Promise<void> {
  if (pixels.dtype !== 'float32') throw new Error(`trainStep: expected pixels as float32, got ${pixels.dtype}`);
  const [count, height, width] = pixels.shape;
  if (samples !== undefined && samples.length !== count) {
    throw new Error(`trainStep: expected numbers of ${count} samples, got ${samples.length}`);
  }
  if (hasTargets && targets.length !== count) {
    throw new Error(`trainStep: expected targets of ${count} images, got ${targets.length}`);
  }
  targets.forEach((target, image) => {
    checkTarget(target, [height, width], `targets[${image}]`);
  });
  await checkValues({ pixels, targets });
}

/** Targets whose masks are float32, which those of whole numbers and truth values become. The caller disposes the new ones. */
export function floatTargets(targets: readonly MaskTargets[]): { targets: MaskTargets[]; made: tf.Tensor[] } {
  const made: tf.Tensor[] = [];
  const floats = targets.map((target) => {
    if (target.masks.dtype === 'float32') return target;
    const masks = tf.cast(target.masks, 'float32');
    made.push(masks);
    return { ...target, masks };
  });
  return { targets: floats, made };
}

/** @throws Error naming the first class that the model does not have */
export function checkClasses(targets: readonly MaskTargets[], numClasses: number): void {
  for (const [image, { classes }] of targets.entries()) {
    const bad = Array.from(classes).findIndex((one) => !(Number.isInteger(one) && one >= 0 && one < numClasses));
    if (bad === -1) continue;
    const got = classes[bad] ?? 'none';
    throw new Error(`trainStep: expected targets[${image}].classes of 0 to ${numClasses - 1}, got ${got}`);
  }
}

function checkTarget({ classes, masks }: MaskTargets, size: readonly number[], where: string): void {
  const expected = [classes.length, ...size];
  if (masks.shape.join() !== expected.join()) {
    throw new Error(`trainStep: expected ${where}.masks [${expected.join(', ')}], got [${masks.shape.join(', ')}]`);
  }
}

/** One download for all tensors of the batch. */
async function checkValues({ pixels, targets }: TrainingBatch): Promise<void> {
  const masks = targets.map((target) => target.masks);
  const [ofPixels, ...ofMasks] = await readTensors(() => [range(pixels), ...masks.map(range)]);
  if (!(ofPixels[0] >= -LARGEST_PIXEL && ofPixels[1] <= LARGEST_PIXEL)) {
    throw new Error(`trainStep: expected pixels in ±${LARGEST_PIXEL}, got ${ofPixels[0]} to ${ofPixels[1]}`);
  }
  ofMasks.forEach(([least, most], image) => {
    if (least >= 0 && most <= 1) return;
    throw new Error(`trainStep: expected targets[${image}].masks in 0 to 1, got ${least} to ${most}`);
  });
}

/**
 * Least and largest value; NaN where one is not finite: x · 0 is NaN then, while `min` and `max` hide NaN on some
 * backends.
 */
function range(values: tf.Tensor): tf.Tensor {
  if (values.size === 0) return tf.zeros([2]);
  const x = tf.cast(values, 'float32');
  return tf.add(tf.stack([tf.min(x), tf.max(x)]), tf.sum(tf.mul(x, 0)));
}
