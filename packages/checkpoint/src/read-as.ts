import { describeValue } from './describe-value.ts';
import { FormatError } from './errors.ts';

/** Schema of any library that implements Standard Schema, version 1: valibot, for one. */
export type Schema<T> = {
  readonly '~standard': {
    readonly validate: (value: unknown) => SchemaResult<T> | Promise<SchemaResult<T>>;
  };
};

type SchemaResult<T> = { readonly value: T; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] };

/** Fault that a schema finds. `expected` is valibot's own addition to the standard. */
type SchemaIssue = {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[];
  readonly expected?: string | null;
};

/**
 * Checks a value from outside against a schema, and gives what the schema makes of it.
 *
 * @param where Names the value in errors, the file for one
 * @throws FormatError with the first fault and its place: `file: expected a number as taps[3].noise, got "x"`
 */
export function readAs<T>(where: string, schema: Schema<T>, value: unknown): T {
  const result = schema['~standard'].validate(value);
  if (result instanceof Promise) throw new TypeError('readAs: expected a schema without waiting, got a promise');
  if (result.issues === undefined) return result.value;
  const [issue] = result.issues;
  const keys = (issue.path ?? []).map((step) => (typeof step === 'object' ? step.key : step));
  const at = keys.length > 0 ? ` as ${formatPath(keys)}` : '';
  throw new FormatError(
    `${where}: expected ${expectation(issue, keys.at(-1))}${at}, got ${describeValue(valueAt(value, keys))}`,
  );
}

/**
 * Parses JSON from outside. A byte order mark in front is skipped (RFC 8259, section 8.1).
 *
 * @throws FormatError naming the file, where the text is no JSON
 */
export function parseJson(where: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    const isUtf16 = /^\ufffd\ufffd|^.\0/s.test(text); // its mark is no UTF-8, and every second byte of ASCII is zero
    const found = isUtf16 ? 'UTF-16 in place of UTF-8' : describeValue(text.slice(0, 40));
    throw new FormatError(`${where}: expected JSON, got ${found}`, { cause: error });
  }
}

/** Valibot says `"name"` where a field of that name is absent. */
function expectation({ expected, message }: SchemaIssue, key: PropertyKey | undefined): string {
  if (expected === JSON.stringify(key)) return 'a value';
  if (expected === 'never') return 'no such field';
  return expected && expected !== 'unknown'
    ? expected.replace(/^Object$/, 'an object').replace(/^Array$/, 'a list')
    : message;
}

function formatPath(keys: readonly PropertyKey[]): string {
  return keys.reduce<string>((path, key) => {
    if (typeof key === 'number') return `${path}[${key}]`;
    return path === '' ? String(key) : `${path}.${String(key)}`;
  }, '');
}

function valueAt(value: unknown, keys: readonly PropertyKey[]): unknown {
  return keys.reduce<unknown>((inside, key) => (inside as Record<PropertyKey, unknown> | undefined)?.[key], value);
}
