import { type ParamStore, readTensors } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import type { BatchPrediction } from './batch-prediction.ts';

/**
 * Refuses a prediction with a value that is none, which post-processing would take for nothing found.
 *
 * @param forward Runs the network once more, to find the module
 * @throws Error naming the first module whose output is not finite, or the part of the prediction behind them all
 */
export async function requireFinite(
  prediction: BatchPrediction,
  params: ParamStore,
  forward: () => object,
): Promise<void> {
  const outputs = namedTensors(prediction.outputs);
  const [sums] = await readTensors(() => [tf.stack(outputs.map(({ tensor }) => zeroIfFinite(tensor)))]);
  const wrong = sums.findIndex((sum) => !Number.isFinite(sum));
  if (wrong < 0) return;
  const place = (await firstNotFinite(params, forward)) ?? outputs[wrong].path;
  throw new Error(`Segmenter: expected a finite prediction, got NaN or infinity, first in ${place}`);
}

/** Tensors of a prediction with their places in it: `classLogits`, `levels.0.categories`. */
function namedTensors(outputs: object, path = ''): { path: string; tensor: tf.Tensor }[] {
  return Object.entries(outputs).flatMap(([key, value]) => {
    const at = path === '' ? key : `${path}.${key}`;
    if (value instanceof tf.Tensor) return [{ path: at, tensor: value }];
    return value !== null && typeof value === 'object' ? namedTensors(value, at) : [];
  });
}

/** Path of the first module, in the order of the pass, whose output is not finite; null where none tells. */
async function firstNotFinite(params: ParamStore, forward: () => object): Promise<string | null> {
  const seen: { path: string; sum: tf.Scalar }[] = [];
  params.observer = (path, value) => seen.push({ path, sum: tf.keep(tf.tidy(() => zeroIfFinite(value))) });
  try {
    tf.dispose(forward() as tf.TensorContainer);
  } finally {
    params.observer = null;
  }
  const sums = await Promise.all(seen.map(({ sum }) => sum.data()));
  tf.dispose(seen.map(({ sum }) => sum));
  return seen[sums.findIndex(([sum]) => !Number.isFinite(sum))]?.path ?? null;
}

/** 0 for finite values: x · 0 is NaN for all others. */
function zeroIfFinite(x: tf.Tensor): tf.Scalar {
  return tf.sum(tf.mul(tf.cast(x, 'float32'), 0));
}
