import { describeValue, FormatError } from '@seg/checkpoint/safetensors';

/** Expectation of one value of a file, in words and as a predicate. */
export type Check = { expected: string; holds(value: unknown): boolean };

/** Fields of an object of several kinds, which one of its fields tells apart. */
export type Kinds = { readonly by: string; readonly kinds: Readonly<Record<string, FieldChecks>> };

/** Fields that are checked, by name, in any nesting. */
export type FieldChecks = { readonly [name: string]: Check | Kinds | FieldChecks };

/** A check for every field of a plain type: the compiler asks for new ones. */
export type FieldsOf<T> = {
  readonly [K in keyof T]-?: Check | (T[K] extends Readonly<Record<string, unknown>> ? Kinds | FieldsOf<T[K]> : never);
};

/** Bounds sizes, 65,536: the widest published layer has 3,072 channels. */
const MOST = 2 ** 16;

/** A whole number from 1 on. */
export const SIZE: Check = whole(1);

/** Bounds layers and blocks, 1,024 of each kind: the deepest published stage has 40 (PVTv2-B5). */
const MOST_LAYERS = 2 ** 10;

/** A number of layers, perhaps none. */
export const LAYERS: Check = whole(0, MOST_LAYERS);

/** A number of layers, at least one. */
export const SOME_LAYERS: Check = whole(1, MOST_LAYERS);

/** A whole number from 0 on. */
export const COUNT: Check = whole(0);

/** A number from 0 to 1. */
export const PART: Check = between(0, 1);

/** Any finite number. */
export const NUMBER: Check = { expected: 'a number', holds: Number.isFinite };

/** True or false. */
export const BOOLEAN: Check = { expected: 'true or false', holds: (value) => typeof value === 'boolean' };

/** A finite number above 0. */
export const POSITIVE: Check = {
  expected: 'a number above 0',
  holds: (value) => Number.isFinite(value) && (value as number) > 0,
};

/** A whole number from `least` to `most`. */
export function whole(least: number, most = MOST): Check {
  return {
    expected: `a whole number from ${least} to ${most}`,
    holds: (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
  };
}

/** A finite number, bounds included. */
export function between(least: number, most: number): Check {
  const holds = (value: unknown) => Number.isFinite(value) && (value as number) >= least && (value as number) <= most;
  return { expected: `a number from ${least} to ${most}`, holds };
}

/** One of some texts. */
export function oneOf(...texts: readonly string[]): Check {
  return { expected: texts.join(' or '), holds: (value) => texts.includes(value as string) };
}

/** This value and no other: the rest of the format is not read. */
export function only(value: number, meaning: string): Check {
  return { expected: `${value} (${meaning})`, holds: (found) => found === value };
}

/** A field that is not read, so that it has to be absent. */
export const ABSENT: Check = { expected: 'nothing', holds: (value) => value === undefined };

/** A list of values that pass one check; of any length unless told. */
export function listOf(check: Check, length?: number): Check {
  return {
    expected: `${length ?? 'any number of'} times ${check.expected}`,
    holds: (value) =>
      Array.isArray(value) && (length === undefined || value.length === length) && Array.from(value).every(check.holds),
  };
}

/** The same, or nothing. */
export function optional(check: Check): Check {
  return {
    expected: `${check.expected}, or nothing`,
    holds: (value) => value === undefined || check.holds(value),
  };
}

/**
 * Checks some fields of an object from a file. Others are let be.
 *
 * @param where Name of the file
 * @param path Of the object within the file
 * @throws FormatError naming the first field that is not what it should be
 */
export function checkFields(
  where: string,
  path: string,
  value: unknown,
  fields: FieldChecks,
): asserts value is Readonly<Record<string, unknown>> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new FormatError(
      `${where}: expected ${path} with ${Object.keys(fields).join(', ')}, got ${describeValue(value)}`,
    );
  }
  for (const [name, field] of Object.entries(fields)) {
    const found: unknown = (value as Readonly<Record<string, unknown>>)[name];
    const at = `${path}.${name}`;
    if (isKinds(field)) checkKinds(where, at, found, field);
    else if (!isCheck(field)) checkObject(where, at, found, field);
    else if (!field.holds(found)) {
      throw new FormatError(`${where}: expected ${field.expected} as ${at}, got ${describeValue(found)}`);
    }
  }
}

/** Checks every field of an object from a file, and that there are no others. @throws FormatError naming the field */
export function checkObject(where: string, path: string, value: unknown, fields: FieldChecks): void {
  checkFields(where, path, value, fields);
  const unknown = Object.keys(value).find((name) => !Object.hasOwn(fields, name));
  if (unknown === undefined) return;
  const known = Object.keys(fields).join(', ');
  throw new FormatError(
    `${where}: expected nothing but ${known} in ${path}, got ${unknown} ${describeValue(value[unknown])}`,
  );
}

/** Checks an object of one of several kinds. @throws FormatError naming the field */
export function checkKinds(where: string, path: string, value: unknown, { by, kinds }: Kinds): void {
  const kind = oneOf(...Object.keys(kinds));
  checkFields(where, path, value, { [by]: kind });
  checkObject(where, path, value, { [by]: kind, ...kinds[value[by] as string] });
}

/** True for an object of several kinds. */
export function isKinds(field: Check | Kinds | FieldChecks): field is Kinds {
  return 'by' in field && typeof field.by === 'string';
}

/** True for a check of one value. */
export function isCheck(field: Check | Kinds | FieldChecks): field is Check {
  return 'holds' in field && typeof field.holds === 'function';
}
