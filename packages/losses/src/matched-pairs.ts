import type { MaskTargets } from '@seg/core';
import type { Assignment } from '@seg/matching';
import * as tf from '@tensorflow/tfjs-core';

import { expectClasses } from './expect-classes.ts';

/** Number of matched pairs over all images. */
export function numMatched(assignments: Assignment[]): number {
  return assignments.reduce((sum, { rows }) => sum + rows.length, 0);
}

/**
 * Masks of the matched queries: image by image, queries ascending.
 *
 * @param maskLogits [B, h, w, N]
 * @param assignments One per image; rows are queries
 * @returns [M, h, w]
 */
export function matchedMasks(maskLogits: tf.Tensor4D, assignments: Assignment[]): tf.Tensor3D {
  return tf.tidy(() => {
    const [batch, height, width, numQueries] = maskLogits.shape;
    const rows = tf.reshape(tf.transpose(maskLogits, [0, 3, 1, 2]), [batch * numQueries, height * width]);
    const index = assignments.flatMap(({ rows: queries }, image) =>
      Array.from(queries, (query) => image * numQueries + query),
    );
    return tf.reshape(tf.gather(rows, tf.tensor1d(index, 'int32')), [index.length, height, width]);
  });
}

/** Targets in the order of {@link matchedMasks}. @returns [M, H, W] */
export function targetMasks(targets: MaskTargets[], assignments: Assignment[]): tf.Tensor3D {
  return tf.tidy(() => {
    const perImage = targets
      .map(({ masks }, image) => ({ masks, columns: assignments[image].columns }))
      .filter(({ columns }) => columns.length > 0)
      .map(({ masks, columns }) => tf.cast(tf.gather(masks, tf.tensor1d(columns, 'int32')), 'float32'));
    return tf.concat(perImage, 0);
  });
}

/**
 * Class of every query, of those below no-object: its target's where it has one, no-object elsewhere.
 *
 * @returns [B · N]
 */
export function classLabels(
  assignments: Assignment[],
  targets: MaskTargets[],
  numQueries: number,
  noObject: number,
): Int32Array {
  for (const { classes } of targets) expectClasses('classLabels', classes, noObject);
  const labels = new Int32Array(assignments.length * numQueries).fill(noObject);
  assignments.forEach(({ rows, columns }, image) => {
    rows.forEach((query, i) => {
      labels[image * numQueries + query] = targets[image].classes[columns[i]];
    });
  });
  return labels;
}
