import { readTensors, resizeBilinear, type Size } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { notFinite } from './expect-numbers.ts';

/** Finds the slot of the highest probability at each pixel. */
export type SlotWinners = {
  /** [H · W] index among the slots that take part, or −1 where one that does not would win */
  winner: Int32Array;
  /** [H · W] its probability among those that take part */
  probability: Float32Array;
};

/** Rows resized at a time: 64 MiB of float32 stay small beside the network's own maps. */
const CHUNK_BYTES = 64 * 2 ** 20;

/**
 * Resizes mask logits, corners on corners, and finds the strongest slot of every pixel. A part of the rows at a time is
 * on the device.
 *
 * @param maskLogits [1, h, w, N]
 * @param slots That take part
 */
export async function slotWinners(
  maskLogits: tf.Tensor4D,
  slots: readonly number[],
  [height, width]: Size,
): Promise<SlotWinners> {
  const winner = new Int32Array(height * width);
  const probability = new Float32Array(height * width);
  const rows = Math.max(1, Math.floor(CHUNK_BYTES / (4 * width * maskLogits.shape[3])));
  for (let first = 0; first < height; first += rows) {
    const count = Math.min(rows, height - first);
    const [which, sums, isOwn] = await readTensors(() => {
      const weights = rowWeights(maskLogits.shape[1], height, first, count);
      return contest(resizedRows(maskLogits, weights, width), slots);
    });
    for (let i = 0, at = first * width; i < which.length; i++, at++) {
      if (Number.isNaN(sums[i])) throw notFinite('maxDeepLabPanoptic', 'mask logits');
      winner[at] = isOwn[i] ? which[i] : -1;
      probability[at] = 1 / sums[i];
    }
  }
  return { winner, probability };
}

/** The strongest slot of those that take part, Σ exp(logit − its logit), and whether no other is stronger. */
function contest(logits: tf.Tensor4D, slots: readonly number[]): tf.Tensor[] {
  const kept = tf.gather(logits, tf.tensor1d([...slots], 'int32'), 3);
  const best = tf.max(kept, 3, true);
  const sums = tf.sum(tf.exp(tf.sub(kept, best)), 3);
  return [tf.argMax(kept, 3), sums, tf.equal(best, tf.max(logits, 3, true))];
}

/** @param weights [rows, h] @returns [1, rows, width, N] */
function resizedRows(maskLogits: tf.Tensor4D, weights: tf.Tensor2D, width: number): tf.Tensor4D {
  const [, height, columns, slots] = maskLogits.shape;
  const rows = tf.matMul(weights, tf.reshape(maskLogits, [height, columns * slots]) as tf.Tensor2D);
  const narrow = tf.reshape(rows, [1, weights.shape[0], columns, slots]) as tf.Tensor4D;
  return resizeBilinear(narrow, [weights.shape[0], width], { alignCorners: true });
}

/** Shares that the source's rows have in rows first … first + count − 1 of the result. @returns [count, from] */
function rowWeights(from: number, to: number, first: number, count: number): tf.Tensor2D {
  const weights = new Float32Array(count * from);
  for (let i = 0; i < count; i++) {
    const position = to === 1 ? 0 : ((first + i) * (from - 1)) / (to - 1);
    const low = Math.min(Math.floor(position), from - 1);
    weights[i * from + low] += 1 - (position - low);
    if (position > low) weights[i * from + low + 1] += position - low;
  }
  return tf.tensor2d(weights, [count, from]);
}
