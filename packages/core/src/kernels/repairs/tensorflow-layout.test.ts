import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

onEveryBackend('reshape of values that are on the host', () => {
  test('has the values, in ops as well, and each outlives the other', async () => {
    const values = Float32Array.from({ length: 6 }, (_, i) => i);
    const given = tf.tensor1d(values);
    const matrix = tf.reshape(given, [2, 3]);
    const again = tf.reshape(matrix, [3, 2]);
    tf.dispose(matrix);
    expect([...(await again.data())]).toEqual([...values]);
    const product = tf.matMul(tf.reshape(given, [2, 3]) as tf.Tensor2D, again as tf.Tensor2D);
    expect([...(await product.data())]).toEqual([10, 13, 28, 40]);
    const variable = tf.variable(given);
    const sum = tf.add(again, tf.reshape(variable, [3, 2]));
    expect([...(await sum.data())]).toEqual([0, 2, 4, 6, 8, 10]);
    variable.dispose();
    expect([...(await given.data())]).toEqual([...values]);
  });

  test('of integers and booleans keeps the type', async () => {
    const integers = tf.reshape(tf.tensor1d([1, 2, 3, 4], 'int32'), [2, 2]);
    const flags = tf.reshape(tf.tensor1d([true, false], 'bool'), [2, 1]);
    expect([integers.dtype, flags.dtype]).toEqual(['int32', 'bool']);
    expect([...(await tf.add(integers, integers).data())]).toEqual([2, 4, 6, 8]);
    expect([...(await tf.logicalNot(flags).data())]).toEqual([0, 1]);
  });
});
