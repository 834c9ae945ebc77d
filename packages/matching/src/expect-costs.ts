/** Checks sizes of a problem. @throws RangeError naming the first that is none */
export function expectSizes(where: string, sizes: readonly number[]): void {
  const wrong = sizes.findIndex((size) => !isSize(size));
  if (wrong === -1) return;
  throw new RangeError(`${where}: expected sizes of whole numbers of 0 or more, got ${shown(sizes[wrong])}`);
}

/**
 * Costs as doubles, in which they can be negated. They may be no finite numbers, but have to be numbers.
 *
 * @throws TypeError naming the first that is none
 */
export function doublesOf(where: string, costs: ArrayLike<number>): Float64Array {
  if (costs instanceof Float64Array) return costs;
  if (!Array.isArray(costs) && !isNumbers(costs)) {
    throw new TypeError(`${where}: expected a list of costs, got ${shown(costs)}`);
  }
  const wrong = Array.isArray(costs) ? costs.findIndex((cost) => typeof cost !== 'number') : -1;
  if (wrong !== -1) throw new TypeError(`${where}: expected costs of numbers, got ${shown(costs[wrong])}`);
  return Float64Array.from(costs);
}

/** True for a typed array of anything but bigints. */
export function isNumbers(value: unknown): value is ArrayLike<number> {
  const isOther = value instanceof DataView || value instanceof BigInt64Array || value instanceof BigUint64Array;
  return ArrayBuffer.isView(value) && !isOther;
}

/** True for a number of rows or columns that an Int32Array can be made for. */
export function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 31;
}

/** A value as an error shows it. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  return Array.isArray(value) ? `[${value}]` : String(value);
}
