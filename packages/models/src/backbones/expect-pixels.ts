import type * as tf from '@tensorflow/tfjs-core';

/** @throws TypeError where pixels are whole numbers, which a network of float32 parameters cannot take */
export function expectPixels(where: string, { dtype }: tf.Tensor4D): void {
  if (dtype !== 'float32') throw new TypeError(`${where}: expected pixels as float32, got ${dtype}`);
}
