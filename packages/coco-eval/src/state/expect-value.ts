/** A value as an error shows it. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'none';
  const text = typeof value === 'number' ? String(value) : writtenOut(value);
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}

function writtenOut(value: unknown): string {
  try {
    return JSON.stringify(value) ?? typeof value;
  } catch {
    return `${typeof value} nested too deep`;
  }
}

/** @throws unless it holds, with what was expected and what there is */
export function expectThat(holds: boolean, where: string, expected: string, value: unknown): asserts holds {
  if (!holds) throw new TypeError(`${where}: expected ${expected}, got ${describeValue(value)}`);
}

/** A real list, of so many entries where that is known: an object with a length is none. */
export function expectList(where: string, value: unknown, length?: number): unknown[] {
  const expected = length === undefined ? 'a list' : `a list of ${length}`;
  expectThat(Array.isArray(value) && (length ?? value.length) === value.length, where, expected, lengthOf(value));
  return value as unknown[];
}

function lengthOf(value: unknown): unknown {
  return Array.isArray(value) ? `${value.length} entries` : value;
}

/** True for a number that counts something. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** True for a number of `least` to `most`, which NaN is not. */
export function isWithin(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && value >= least && value <= most;
}

/** True for what names an image or a category and is still itself as JSON: text, or a finite number. */
export function isId(value: unknown): value is string | number {
  return typeof value === 'string' || Number.isFinite(value);
}

/** True for a list or a typed array, though not of bigints; its entries are not looked at. */
export function isList(value: unknown): value is ArrayLike<number> {
  const isOther = value instanceof DataView || value instanceof BigInt64Array || value instanceof BigUint64Array;
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !isOther);
}

/** A list whose entries all hold, holes among them. @throws at the first that does not */
export function expectEach(where: string, expected: string, value: unknown, holds: (entry: unknown) => boolean): void {
  const list = expectList(where, value);
  const wrong = list.findIndex((entry) => !holds(entry));
  expectThat(wrong === -1, where, expected, list[wrong]);
}

/** A list of counts. @throws at the first that is none */
export function expectCounts(where: string, value: unknown, length?: number): number[] {
  const list = expectList(where, value, length);
  const wrong = list.findIndex((count) => !isCount(count));
  expectThat(wrong === -1, `${where}[${wrong}]`, 'a whole number of 0 or more', list[wrong]);
  return list as number[];
}

/** An object that is no list. */
export function expectObject(where: string, value: unknown): Record<string, unknown> {
  expectThat(typeof value === 'object' && value !== null && !Array.isArray(value), where, 'an object', value);
  return value as Record<string, unknown>;
}

/** A result of ours, or what has its fields. @throws where one is missing */
export function expectResult(where: string, result: unknown, ...fields: string[]): void {
  const given = (result ?? {}) as Record<string, unknown>;
  const isWhole = fields.every((field) => given[field] !== undefined);
  expectThat(isWhole, where, `a result with ${fields.join(', ')}`, result);
}
