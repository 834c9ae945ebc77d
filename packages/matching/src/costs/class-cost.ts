import { expectShapes } from '@seg/core';
import { expectTensors } from '@seg/core/expect-options';
import * as tf from '@tensorflow/tfjs-core';
import { expectClasses } from './expect-classes.ts';

/**
 * Cost of giving a query a class: minus the probability it assigns to it. Carion et al. 2020, section 3.1.
 *
 * @param classLogits [N, K + 1]
 * @param classes [T] in 0..K−1
 * @returns [N, T]
 */
export function classCost(classLogits: tf.Tensor2D, classes: tf.Tensor1D): tf.Tensor2D {
  expectTensors('classCost', { classLogits, classes });
  const { C } = expectShapes('classCost', { classLogits: [classLogits, ['N', 'C']], classes: [classes, ['T']] });
  expectClasses('classCost', classes, C);
  return costOfClasses(classLogits, classes);
}

/** {@link classCost} of classes that have been looked at. */
export function costOfClasses(classLogits: tf.Tensor2D, classes: tf.Tensor1D): tf.Tensor2D {
  return tf.tidy(() => {
    const columns = tf.transpose(tf.softmax(classLogits)); // [K + 1, N]
    return tf.neg(tf.transpose(tf.gather(columns, classes)));
  });
}
