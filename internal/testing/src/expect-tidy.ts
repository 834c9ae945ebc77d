import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

/** Runs `f` and checks that it leaves behind the tensors it returns, and nothing else. Disposes the result. */
export function expectTidy(f: () => tf.TensorContainer): void {
  const before = tf.memory().numTensors;
  const result = f();
  const left = tf.memory().numTensors - before;
  tf.dispose(result);
  const returned = before + left - tf.memory().numTensors;
  expect(left - returned, 'tensors left behind').toBe(0);
}
