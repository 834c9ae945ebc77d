import { matMul } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';

import { expectWhole } from '../expect-whole.ts';

/** The slot of each of an image's masks: [R], −1 where the mask has none or no pixel. */
export type SlotMatching = Int32Array;

/** Logit of a mask without a slot. */
const ABSENT = -99999;

/**
 * Mask logits of the matched slots.
 *
 * @param logits [P, N]
 * @returns [P, R]
 */
export function matchedLogits(logits: tf.Tensor2D, slots: SlotMatching): tf.Tensor2D {
  return tf.tidy(() => {
    const absent = tf.tensor1d(Array.from(slots, (slot) => (slot < 0 ? ABSENT : 0)));
    return tf.add(matMul<tf.Tensor2D>(logits, slotColumns(slots, logits.shape[1])), absent);
  });
}

/** A one in each column at its slot; nothing at −1. @returns [N, R] */
export function slotColumns(slots: SlotMatching, numSlots: number): tf.Tensor2D {
  const values = new Float32Array(numSlots * slots.length);
  slots.forEach((slot, row) => {
    expectWhole('slots', `slots[${row}]`, slot, -1, numSlots - 1);
    if (slot >= 0) values[slot * slots.length + row] = 1;
  });
  return tf.tensor2d(values, [numSlots, slots.length]);
}
