import * as tf from '@tensorflow/tfjs-core';

import { operationsPerStep, rowsPerStep } from './rows-per-step.ts';
import type { Steps } from './steps.ts';
import { turn, turnBefore } from './turn-before.ts';

/** Part of a step that joining the parts takes. */
const JOINING = 1 / 4;

/**
 * Parts of a computation, each a step at most: as few as {@link rowsPerStep} allows, as long as each other.
 *
 * @param rows How many there are, the floating point operations of one, and of how many a part has a multiple
 * @param compute Computes `size` rows from `start` on
 * @returns What it gives, in order: of all rows at once where they are short or none
 */
export function* partsInSteps<T extends tf.TensorContainer>(
  { length, operations, multiple }: { length: number; operations: number; multiple: number },
  compute: (start: number, size: number) => T,
): Steps<T[]> {
  const most = rowsPerStep(operations, multiple);
  const rows = most >= length ? length : multiple * Math.ceil(length / Math.ceil(length / most) / multiple);
  const parts: T[] = [];
  let start = 0;
  do {
    const size = Math.min(rows, length - start);
    yield* turnBefore(size * operations);
    parts.push(tf.tidy(() => compute(start, size)));
    start += rows;
  } while (start < length);
  if (parts.length > 1) {
    yield* turn();
    yield* turnBefore(JOINING * operationsPerStep());
  }
  return parts;
}
