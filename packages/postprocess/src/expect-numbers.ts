import type { Size } from '@seg/core';
import type { OptionCheck } from '@seg/core/expect-options';

/** A threshold, or another share of one. */
export const A_SHARE: OptionCheck = [
  'a number of 0 to 1',
  (value) => typeof value === 'number' && value >= 0 && value <= 1,
];

/** A number that counts something, without end too. */
export const A_COUNT: OptionCheck = [
  'a whole number of 1 or more',
  (value) => (Number.isSafeInteger(value) || value === Number.POSITIVE_INFINITY) && (value as number) >= 1,
];

/** An area, an exponent, or another number that is no share. */
export const AN_AMOUNT: OptionCheck = [
  'a number of 0 or more',
  (value) => Number.isFinite(value) && (value as number) >= 0,
];

/** Largest size that is taken: 512 MiB a map, more than twice what images are decoded to. */
const MOST_PIXELS = 2 ** 27;

/** Checks a height and width. @throws RangeError unless they are whole and of 1 or more, and of no more pixels than there is room for */
export function expectSize(where: string, name: string, size: Size | undefined): void {
  const isSize = size?.length === 2 && Array.from(size).every((side) => Number.isSafeInteger(side) && side >= 1);
  if (!isSize) throw new RangeError(`${where}: expected a height and width of 1 or more as ${name}, got ${size}`);
  if (size[0] * size[1] <= MOST_PIXELS) return;
  throw new RangeError(`${where}: expected at most ${MOST_PIXELS} pixels as ${name}, got ${size.join('x')}`);
}

/** Checks a list or typed array. @throws RangeError unless it has so many values */
export function expectValues(where: string, name: string, values: ArrayLike<number>, length: number): void {
  const isOther = values instanceof DataView || values instanceof BigInt64Array || values instanceof BigUint64Array;
  const isList = Array.isArray(values) || (ArrayBuffer.isView(values) && !isOther);
  if (isList && values.length === length) return;
  throw new RangeError(`${where}: expected ${length} ${name}, got ${isList ? values.length : shown(values)}`);
}

/** An error of values that are NaN, or become it. */
export function notFinite(where: string, what: string): RangeError {
  return new RangeError(`${where}: expected ${what} of numbers, got NaN or infinity`);
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
