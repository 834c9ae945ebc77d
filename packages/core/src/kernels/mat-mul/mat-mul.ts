import * as tf from '@tensorflow/tfjs-core';
import { expectTensors } from '../../expect-options.ts';
import { sizeFromShape } from '../size.ts';

/**
 * Batched matrix product A B of the last two axes; batch axes broadcast, which tfjs's own product gets wrong on cpu
 * and webgpu unless one operand has a single batch.
 *
 * @param a [..., n, k], or [..., k, n] with `transposeA`
 * @param b [..., k, m], or [..., m, k] with `transposeB`
 * @returns [..., n, m]
 */
export function matMul<T extends tf.Tensor>(a: tf.Tensor, b: tf.Tensor, transposeA = false, transposeB = false): T {
  expectTensors('matMul', { a, b });
  return tf.tidy(() => {
    const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
    if (batchA.join() === batchB.join()) return tf.matMul(a, b, transposeA, transposeB) as T;
    if (sizeFromShape(batchB) === 1 && !transposeA) return rowsTimesMatrix(a, b, transposeB) as T;
    const batch = tf.broadcast_util.assertAndGetBroadcastShape(batchA, batchB);
    const wideA = tf.broadcastTo(a, [...batch, ...a.shape.slice(-2)]);
    const wideB = tf.broadcastTo(b, [...batch, ...b.shape.slice(-2)]);
    return tf.matMul(wideA, wideB, transposeA, transposeB) as T;
  });
}

/** One matrix for all batches: the batches are more rows of one product. */
function rowsTimesMatrix(a: tf.Tensor, b: tf.Tensor, transposeB: boolean): tf.Tensor {
  const matrix = tf.reshape(b, b.shape.slice(-2) as [number, number]) as tf.Tensor2D;
  const rows = tf.reshape(a, [-1, a.shape.at(-1)!]) as tf.Tensor2D;
  const product = tf.matMul(rows, matrix, false, transposeB);
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return tf.reshape(product, [...batch, a.shape.at(-2)!, product.shape[1]!]);
}
