/** @throws RangeError where a value is no finite number within its bounds, which are both allowed themselves */
export function expectNumber(
  where: string,
  name: string,
  value: unknown,
  bounds: { least?: number; most?: number; isWhole?: boolean } = {},
): void {
  const { least = -Number.MAX_VALUE, most = Number.MAX_VALUE, isWhole = false } = bounds;
  const isIn = typeof value === 'number' && value >= least && value <= most;
  if (isIn && (!isWhole || Number.isSafeInteger(value))) return;
  const ranges = [
    ...(least === -Number.MAX_VALUE ? [] : [`of at least ${least}`]),
    ...(most === Number.MAX_VALUE ? [] : [`at most ${most}`]),
  ];
  const kind = isWhole ? 'a whole number' : 'a finite number';
  throw new RangeError(`${where}: expected ${[kind, ranges.join(' and ')].join(' ').trim()} as ${name}, got ${value}`);
}

/** @throws RangeError where a data set has no sample of this number */
export function expectIndex(where: string, index: number, length: number): void {
  if (Number.isInteger(index) && index >= 0 && index < length) return;
  const range = length === 0 ? 'no index, of an empty data set' : `an index from 0 to ${length - 1}`;
  throw new RangeError(`${where}: expected ${range}, got ${index}`);
}

/** @throws RangeError where height or width is no whole number of at least 1 */
export function expectSize(where: string, name: string, size: readonly number[]): void {
  if (!Array.isArray(size) || size.length !== 2) {
    throw new RangeError(`${where}: expected height and width as ${name}, got ${JSON.stringify(size)}`);
  }
  for (const side of size) expectNumber(where, name, side, { least: 1, isWhole: true });
}

/** @throws RangeError where the ends of a range are no positive numbers, the smaller first */
export function expectRange(where: string, name: string, range: readonly number[]): void {
  const [least, most] = range;
  if (range.length === 2 && least! > 0 && most! >= least! && Number.isFinite(most)) return;
  throw new RangeError(`${where}: expected two numbers above 0 as ${name}, the smaller first, got ${range.join(', ')}`);
}
