/**
 * Options at the border of every package: names that nobody knows and values that nobody can take are refused.
 *
 * @packageDocumentation
 */

import { describeValue } from './describe-value.ts';

/** Words for what an option has to be, and a test of values other than undefined. */
export type OptionCheck = readonly [expected: string, holds: (value: unknown) => boolean];

/** Bounds of a number: both are allowed themselves unless `above` or `below` is true. */
export type NumberBounds = { least?: number; most?: number; above?: boolean; below?: boolean; isWhole?: boolean };

/** A truth value, which no text is. */
export const A_FLAG: OptionCheck = ['true or false', (value) => typeof value === 'boolean'];
/** A string, empty too. */
export const A_TEXT: OptionCheck = ['a text', (value) => typeof value === 'string'];
/** Whatever can be called. */
export const A_FUNCTION: OptionCheck = ['a function', (value) => typeof value === 'function'];
/** A Set, or what can be asked as one: class indices, say. */
export const A_SET: OptionCheck = ['a Set', (value) => typeof (value as { has?: unknown } | null)?.has === 'function'];
/** An AbortSignal, of another realm too. */
export const A_SIGNAL: OptionCheck = [
  'an AbortSignal',
  (value) => typeof (value as { throwIfAborted?: unknown } | null)?.throwIfAborted === 'function',
];
/** Whatever is looked at elsewhere. */
export const ANYTHING: OptionCheck = ['anything', () => true];

/** One of some texts or numbers. */
export function oneOf(...known: readonly (string | number | boolean)[]): OptionCheck {
  return [known.map(String).join(', '), (value) => (known as readonly unknown[]).includes(value)];
}

/** A number within bounds, which no NaN is. Default: all finite ones */
export function numberIn(bounds: NumberBounds = {}): OptionCheck {
  const { least = -Number.MAX_VALUE, most = Number.MAX_VALUE, above = false, below = false, isWhole = false } = bounds;
  const ranges = [
    ...(least === -Number.MAX_VALUE ? [] : [`${above ? 'above' : 'of at least'} ${least}`]),
    ...(most >= Number.MAX_VALUE ? [] : [`${below ? 'below' : 'at most'} ${most}`]),
  ];
  const expected = [isWhole ? 'a whole number' : 'a number', ranges.join(' and ')]
    .filter((text) => text !== '')
    .join(' ');
  return [
    expected,
    (value) =>
      typeof value === 'number' &&
      (above ? value > least : value >= least) &&
      (below ? value < most : value <= most) &&
      (!isWhole || Number.isSafeInteger(value) || value === Number.POSITIVE_INFINITY),
  ];
}

/** A list with a check for each entry, holes among them. @param length How many. Default: any number */
export function listOf([expected, holds]: OptionCheck, length?: number): OptionCheck {
  return [
    `a list of ${length ?? 'any length'}, each ${expected}`,
    (value) =>
      Array.isArray(value) && (length ?? value.length) === value.length && Array.from(value).every((one) => holds(one)),
  ];
}

/**
 * Refuses options that nobody knows or can take. An option that is undefined is as one that is not there.
 *
 * @param where Function or class whose options they are
 * @param checks One for each option that there is
 * @throws TypeError where they are no object, RangeError that names the option
 */
export function expectOptions<T extends object>(
  where: string,
  options: T | undefined,
  checks: Readonly<Record<keyof Required<T>, OptionCheck>>,
): void {
  if (options === undefined) return;
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`${where}: expected an object of options, got ${describeValue(options)}`);
  }
  for (const [name, value] of Object.entries(options)) {
    const check = Object.hasOwn(checks, name) ? checks[name as keyof T] : undefined;
    if (check === undefined) {
      throw new RangeError(
        `${where}: expected nothing but ${Object.keys(checks).join(', ')}, got ${name} ${described(value)}`,
      );
    }
    if (value !== undefined) expectValue(where, name, value, check);
  }
}

/** Refuses a value that an argument or option cannot take. @throws RangeError that names it */
export function expectValue(where: string, name: string, value: unknown, [expected, holds]: OptionCheck): void {
  if (!holds(value)) throw new RangeError(`${where}: expected ${expected} as ${name}, got ${described(value)}`);
}

function described(value: unknown): string {
  if (value === undefined) return 'none';
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : describeValue(value);
}
