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
  if (size !== 'free' && !(size?.length === 2 && Array.from(size).every(isCount))) {
    throw new RangeError(`${where}: expected a height and a width, got ${size}`);
  }
  if (batch !== 'free' && !isCount(batch)) throw new RangeError(`${where}: expected a batch or free, got ${batch}`);
  const [height, width] = size === 'free' ? [SIZE_UNIT, SIZE_UNIT] : size;
  const pixels = height * width * (batch === 'free' ? 1 : batch);
  if (pixels > MOST_PIXELS) throw new RangeError(`${where}: expected at most ${MOST_PIXELS} pixels, got ${pixels}`);
}
