import { describeValue, expectObject } from './expect-value.ts';

/** Refuses options of names that nobody knows. @throws naming the first, or where they are no object */
export function expectNames(where: string, options: unknown, known: readonly string[]): void {
  const [name] = Object.keys(expectObject(where, options)).filter((given) => !known.includes(given));
  if (name === undefined) return;
  const value = describeValue((options as Record<string, unknown>)[name]);
  throw new RangeError(`${where}: expected nothing but ${known.join(', ')}, got ${name} ${value}`);
}

/** @throws unless the value is one of those that are known */
export function expectOneOf(where: string, name: string, value: unknown, known: readonly string[]): void {
  if ((known as readonly unknown[]).includes(value)) return;
  throw new RangeError(`${where}: expected ${known.join(', ')} as ${name}, got ${describeValue(value)}`);
}

/** @throws unless the value is absent or a number other than NaN */
export function expectNumber(where: string, name: string, value: unknown): void {
  if (value === undefined || (typeof value === 'number' && !Number.isNaN(value))) return;
  throw new RangeError(`${where}: expected a number as ${name}, got ${describeValue(value)}`);
}

/** @throws unless the value is absent or of a type */
export function expectType(where: string, name: string, value: unknown, type: 'boolean' | 'function'): void {
  if (value === undefined || typeof value === type) return;
  const expected = type === 'boolean' ? 'true or false' : 'a function';
  throw new RangeError(`${where}: expected ${expected} as ${name}, got ${describeValue(value)}`);
}
