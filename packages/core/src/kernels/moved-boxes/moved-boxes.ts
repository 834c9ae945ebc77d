import * as tf from '@tensorflow/tfjs-core';

import { defineKernel } from '../define-kernel.ts';
import { mayFuse } from '../may-fuse.ts';
import type { Attrs, Inputs } from './types.ts';

/**
 * Boxes beside a reference: σ(moved + σ⁻¹(reference)). Width and height of a point start at ½. Zhu et al. 2021, section A.4.
 *
 * @returns [B, N, 4]
 */
export function movedBoxes(inputs: Inputs, attrs: Attrs): tf.Tensor3D {
  if (mayFuse()) return movedBoxesKernel(inputs, attrs) as tf.Tensor3D;
  return tf.tidy(() => movedBoxesReference(inputs, attrs));
}

/** The meaning of {@link movedBoxes} in plain ops. */
export function movedBoxesReference({ moved, reference }: Inputs, { margin }: Attrs): tf.Tensor3D {
  const clipped = tf.clipByValue(reference, 0, 1);
  const start = tf.log(tf.div<tf.Tensor3D>(tf.maximum(clipped, margin), tf.maximum(tf.sub(1, clipped), margin)));
  const missing = 4 - reference.shape[2];
  return tf.sigmoid(tf.add<tf.Tensor3D>(moved, missing === 0 ? start : tf.pad(start, [[0, 0], [0, 0], [0, missing]]))); // biome-ignore format: one axis each
}

const movedBoxesKernel = defineKernel<Inputs, Attrs>({
  name: 'SegMovedBoxes',
  reference: movedBoxesReference,
  gradient: 'none',
});
