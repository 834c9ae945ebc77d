import * as tf from '@tensorflow/tfjs-core';

import type { Size } from '../../outputs.ts';
import type { ResizeBilinearOptions } from './types.ts';

/**
 * Bilinear resize, as `F.interpolate(mode='bilinear')` does without antialiasing.
 *
 * @param x [B, H, W, C]
 * @param size Height and width of the result
 * @returns [B, h, w, C]
 */
export function resizeBilinear(
  x: tf.Tensor4D,
  size: Size,
  { alignCorners = false }: ResizeBilinearOptions = {},
): tf.Tensor4D {
  if (x.shape[1] === size[0] && x.shape[2] === size[1]) return tf.clone(x);
  return tf.image.resizeBilinear(x, size, alignCorners, !alignCorners);
}

/**
 * Resize by picking: pixel i of n' takes pixel ⌊i · n / n'⌋ of n, as `F.interpolate(mode='nearest')` does.
 *
 * @param x [B, H, W, C]
 * @param size Height and width of the result
 * @returns [B, h, w, C]
 */
export function resizeNearest(x: tf.Tensor4D, size: Size): tf.Tensor4D {
  if (x.shape[1] === size[0] && x.shape[2] === size[1]) return tf.clone(x);
  return tf.image.resizeNearestNeighbor(x, size);
}
