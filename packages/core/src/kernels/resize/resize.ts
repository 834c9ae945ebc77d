import { A_FLAG, expectOptions, expectValue, listOf, numberIn } from '@seg/checkpoint/expect-options';
import * as tf from '@tensorflow/tfjs-core';
import { expectTensors } from '../../expect-options.ts';
import type { Size } from '../../outputs.ts';
import type { ResizeBilinearOptions } from './types.ts';

const A_SIZE = listOf(numberIn({ least: 1, isWhole: true }), 2);

/**
 * Bilinear resize, as `F.interpolate(mode='bilinear')` does without antialiasing.
 *
 * @param x [B, H, W, C]
 * @param size Height and width of the result
 * @returns [B, h, w, C]
 */
export function resizeBilinear(x: tf.Tensor4D, size: Size, options: ResizeBilinearOptions = {}): tf.Tensor4D {
  expectTensors('resizeBilinear', { x });
  expectOptions('resizeBilinear', options, { alignCorners: A_FLAG });
  expectValue('resizeBilinear', 'size', size, A_SIZE);
  const { alignCorners = false } = options;
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
  expectTensors('resizeNearest', { x });
  expectValue('resizeNearest', 'size', size, A_SIZE);
  if (x.shape[1] === size[0] && x.shape[2] === size[1]) return tf.clone(x);
  return tf.image.resizeNearestNeighbor(x, size);
}
