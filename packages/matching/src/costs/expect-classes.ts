import * as tf from '@tensorflow/tfjs-core';

/** Backends whose values lie in the memory of the program: looking at a few costs nothing. */
const AT_HAND: readonly string[] = ['cpu', 'wasm', 'tensorflow'];

/**
 * Checks class indices, of which `gather` on wasm would read beyond the classes. On WebGPU they are not looked at: that
 * would wait for the device.
 *
 * @param classes [T] @throws RangeError naming the first that is not in 0..K−1
 */
export function expectClasses(where: string, classes: tf.Tensor, numClasses: number): void {
  if (!AT_HAND.includes(tf.getBackend())) return;
  const isClass = (one: number) => Number.isInteger(one) && one >= 0 && one < numClasses;
  const values = Array.from(classes.dataSync());
  const wrong = values.findIndex((one) => !isClass(one));
  if (wrong === -1) return;
  throw new RangeError(`${where}: expected classes of 0 to ${numClasses - 1}, got ${values[wrong]}`);
}
