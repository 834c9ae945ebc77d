import { expectShapes } from '@seg/core';
import { expectTensors } from '@seg/core/expect-options';
import * as tf from '@tensorflow/tfjs-core';

/** Keeps areas from zero: a thousandth of a pixel squared in an image of a megapixel, as a share of it. */
const SMALLEST_AREA = 1e-12;

/**
 * Generalized intersection over union: IoU − |hull \ union| / |hull|. Rezatofighi et al. 2019, algorithm 1. Between −1
 * and 1, and the same in pixels as in shares of the image.
 *
 * @param a [..., 4] as (cx, cy, w, h)
 * @param b [..., 4]; all axes but the last broadcast
 * @returns [...]
 */
export function generalizedIou(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  expectTensors('generalizedIou', { a, b });
  for (const boxes of [a, b]) expectShapes('generalizedIou', { boxes: [boxes, ['...', 4]] });
  return tf.tidy(() => {
    const [first, second] = [cornersOf(a), cornersOf(b)];
    const shared = areaOf(tf.maximum(first.start, second.start), tf.minimum(first.end, second.end));
    const both = tf.add(areaOf(first.start, first.end), areaOf(second.start, second.end));
    const union = tf.maximum(tf.sub(both, shared), SMALLEST_AREA);
    const hull = tf.maximum(
      areaOf(tf.minimum(first.start, second.start), tf.maximum(first.end, second.end)),
      SMALLEST_AREA,
    );
    return tf.sub(tf.div(shared, union), tf.div(tf.sub(hull, union), hull));
  });
}

function cornersOf(boxes: tf.Tensor): { start: tf.Tensor; end: tf.Tensor } {
  const [centers, sizes] = tf.split(boxes, 2, -1);
  const half = tf.mul(sizes, 0.5);
  return { start: tf.sub(centers, half), end: tf.add(centers, half) };
}

/** Width times height, zero where the end is not beyond the start. */
function areaOf(start: tf.Tensor, end: tf.Tensor): tf.Tensor {
  const [width, height] = tf.split(tf.relu(tf.sub(end, start)), 2, -1);
  return tf.squeeze(tf.mul(width, height), [-1]);
}

/**
 * Cost of boxes by their distance: Σ |difference| of center and size. Carion et al. 2020, section A.2.
 *
 * @param boxes [N, 4] @param targets [T, 4], both as shares of the image
 * @returns [N, T]
 */
export function boxDistanceCost(boxes: tf.Tensor2D, targets: tf.Tensor2D): tf.Tensor2D {
  expectTensors('boxDistanceCost', { boxes, targets });
  expectShapes('boxDistanceCost', { boxes: [boxes, ['N', 4]], targets: [targets, ['T', 4]] });
  return tf.tidy(() => {
    const differences = tf.sub(tf.expandDims(boxes, 1), tf.expandDims(targets, 0)); // [N, T, 4]
    return tf.sum(tf.abs(differences), 2) as tf.Tensor2D;
  });
}

/** Cost of boxes by their overlap: minus {@link generalizedIou}. @returns [N, T] */
export function boxOverlapCost(boxes: tf.Tensor2D, targets: tf.Tensor2D): tf.Tensor2D {
  expectTensors('boxOverlapCost', { boxes, targets });
  expectShapes('boxOverlapCost', { boxes: [boxes, ['N', 4]], targets: [targets, ['T', 4]] });
  return tf.tidy(() => tf.neg(generalizedIou(tf.expandDims(boxes, 1), tf.expandDims(targets, 0))) as tf.Tensor2D);
}
