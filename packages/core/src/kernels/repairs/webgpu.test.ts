import { expectClose, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

onEveryBackend('whole numbers and many axes', () => {
  test.each(['int32', 'bool'] as const)('%s is transposed, its type kept', async (dtype) => {
    const values = Int32Array.of(1, 0, 1, 1, 0, 0);
    const before = tf.memory().numTensors;
    const [matrix, map] = tf.tidy(() => [
      tf.transpose(tf.tensor(values, [2, 3], dtype)),
      tf.transpose(tf.tensor(values, [1, 2, 3], dtype), [2, 0, 1]),
    ]);
    await expectClose(tf.transpose(tf.cast(tf.tensor(values, [2, 3], dtype), 'float32')), [1, 1, 0, 0, 1, 0]);
    for (const y of [matrix!, map!]) {
      expect(y.dtype).toBe(dtype);
      await expectClose(tf.cast(y, 'float32'), [1, 1, 0, 0, 1, 0]);
    }
    tf.dispose([matrix!, map!]);
    expect(tf.memory().numTensors - before).toBeLessThanOrEqual(5); // those of the comparisons
  });

  test.each(['int32', 'bool'] as const)('floats that were %s are reduced along any axis', async (dtype) => {
    const floats = tf.cast(tf.tensor(Int32Array.of(1, 0, 1, 1, 0, 0), [2, 3], dtype), 'float32');
    for (const [axis, sums, most] of [
      [0, [2, 0, 1], [1, 0, 1]],
      [1, [2, 1], [1, 1]],
    ] as const) {
      await expectClose(tf.sum(floats, axis), sums);
      await expectClose(tf.max(floats, axis), most);
    }
  });

  test('five and six axes are tiled, and so is the gradient of a sum over some of them', async () => {
    const x = tf.reshape(tf.range(0, 4), [1, 2, 1, 2, 1]);
    await expectClose(tf.tile(x, [1, 1, 2, 1, 2]), [0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3, 2, 2, 3, 3]);
    const six = tf.tile(tf.reshape(x, [2, 1, 1, 1, 1, 2]), [1, 1, 2, 1, 1, 2]);
    expect(six.shape).toEqual([2, 1, 2, 1, 1, 4]);
    await expectClose(six, [0, 1, 0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3, 2, 3]);
    const dx = tf.grad((y) => tf.sum(tf.square(tf.sum(y, [2, 4]))))(tf.reshape(tf.range(0, 8), [1, 2, 2, 2, 1]));
    await expectClose(dx, [4, 8, 4, 8, 20, 24, 20, 24]); // 2 (0 + 2), 2 (1 + 3), 2 (4 + 6), 2 (5 + 7)
  });
});
