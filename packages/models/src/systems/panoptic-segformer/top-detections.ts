import { topK } from '@seg/core';
import type { LocationPrediction } from '@seg/heads';
import * as tf from '@tensorflow/tfjs-core';

/** The most probable pairs of a query and a thing class. A query may occur more than once, with other classes. */
export type TopDetections = {
  /** [B, T] descending */
  scores: tf.Tensor2D;
  /** [B, T] int32 */
  classes: tf.Tensor2D;
  /** [B, T] int32, indices of queries */
  queries: tf.Tensor2D;
  /** [B, T, 4] as (cx, cy, w, h) in [0, 1] */
  boxes: tf.Tensor3D;
};

/** The T highest of N · K class probabilities. Zhu et al. 2021, section A.4. */
export function topDetections({ classLogits, boxes }: LocationPrediction, count: number): TopDetections {
  return tf.tidy(() => {
    const [batch, numQueries, numClasses] = classLogits.shape;
    const numPairs = numQueries * numClasses;
    const pairs: tf.Tensor2D = tf.reshape(tf.sigmoid(classLogits), [batch, numPairs]);
    const { values: scores, indices } = topK(pairs, Math.min(count, numPairs));
    const queries = tf.floorDiv<tf.Tensor2D>(indices, tf.scalar(numClasses, 'int32'));
    const classes = tf.sub<tf.Tensor2D>(indices, tf.mul(queries, tf.scalar(numClasses, 'int32')));
    return { scores, classes, queries, boxes: tf.gather(boxes, queries, 1, 1) };
  });
}
