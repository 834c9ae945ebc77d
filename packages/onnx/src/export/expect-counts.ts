import { ANYTHING, expectValue, type OptionCheck } from '@seg/checkpoint/expect-options';
import type { Size } from '@seg/core';
import { SIZE_UNIT } from './free-sizes.ts';

/** 2^24 pixels, sixteen times the 800 x 1333 of the published models: a pass over more has no memory anywhere. */
const MOST_PIXELS = 2 ** 24;

/**
 * Refuses sizes and batches that are none, or more than any machine has memory for.
 *
 * @param where Who asks, for messages
 */
export function expectCounts(where: string, size: Size | 'free', batch: number | 'free'): void {
  const isCount = (value: number) => Number.isSafeInteger(value) && value >= 1;
  if (size !== 'free' && !(Array.isArray(size) && size.length === 2 && Array.from(size).every(isCount))) {
    throw new RangeError(`${where}: expected a height and a width, got ${size}`);
  }
  if (batch !== 'free' && !isCount(batch)) throw new RangeError(`${where}: expected a batch or free, got ${batch}`);
  const [height, width] = size === 'free' ? [SIZE_UNIT, SIZE_UNIT] : size;
  const pixels = height * width * (batch === 'free' ? 1 : batch);
  if (pixels > MOST_PIXELS) throw new RangeError(`${where}: expected at most ${MOST_PIXELS} pixels, got ${pixels}`);
}

const ANSWER: OptionCheck = [
  'an object of a task and its preprocessing',
  (value) => {
    const { task, preprocessing, ...rest } = (value ?? {}) as { task?: unknown; preprocessing?: unknown };
    const isWhole = typeof task === 'string' && typeof preprocessing === 'object' && preprocessing !== null;
    return isWhole && Object.keys(rest).length === 0;
  },
];
const MODEL: OptionCheck = [
  'a model with forward and params',
  (value) => {
    const { forward, params } = (value ?? {}) as { forward?: unknown; params?: unknown };
    return typeof forward === 'function' && typeof params === 'object';
  },
];

/** Checks of options that exports share; sizes and batches are counted above. */
export const COUNTS = { size: ANYTHING, batch: ANYTHING, answer: ANSWER };

/** Notes in the header of a model. */
export const NOTES: OptionCheck = [
  'texts by name',
  (value) =>
    typeof value === 'object' && value !== null && Object.values(value).every((text) => typeof text === 'string'),
];

/** @throws RangeError unless it is a model */
export function expectExportable(where: string, model: unknown): void {
  expectValue(where, 'model', model, MODEL);
}
