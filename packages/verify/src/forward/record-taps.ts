import type { ParamStore } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Runs `forward` and keeps what passes the wanted paths of the model.
 *
 * @returns The tensors by path; the caller disposes them
 */
export function recordTaps(
  params: ParamStore,
  wanted: ReadonlySet<string>,
  forward: () => void,
): Map<string, tf.Tensor> {
  const recorded = new Map<string, tf.Tensor>();
  const before = params.observer;
  params.observer = (path, value) => {
    before?.(path, value);
    if (!wanted.has(path)) return;
    recorded.get(path)?.dispose();
    recorded.set(path, tf.keep(tf.clone(value)));
  };
  try {
    tf.tidy(forward);
  } finally {
    params.observer = before;
  }
  return recorded;
}

/**
 * Brings a tensor of ours to the layout of a golden: tokens where the golden has tokens, channels first for maps unless
 * the golden keeps them last; the batch behind the tokens, and pixels in one axis, where the golden has them so.
 */
export async function inGoldenLayout(
  value: tf.Tensor,
  shape: readonly number[],
  layout: 'NCHW' | 'NHWC' = 'NCHW',
): Promise<{ values: ArrayLike<number>; shape: number[] }> {
  const arranged = tf.tidy(() => {
    if (value.rank === 4 && shape.length === 4 && layout === 'NCHW') {
      const maps = tf.transpose(value, [0, 3, 1, 2]);
      return shape[3] === 1 ? tf.reshape(maps, [maps.shape[0], maps.shape[1]!, -1, 1]) : maps;
    }
    const isBatchSecond = value.shape[0] === shape[1] && value.shape[1] === shape[0];
    if (value.rank === 3 && shape.length === 3 && isBatchSecond) return tf.transpose(value, [1, 0, 2]);
    if (value.rank === 4 && shape.length === 3) return tf.reshape(value, [value.shape[0], -1, value.shape[3]!]);
    return tf.clone(value);
  });
  const values = await arranged.data();
  arranged.dispose();
  return { values, shape: arranged.shape };
}
