import { describeValue, FormatError } from '@seg/checkpoint/safetensors';

import type { Check } from '../description/check-fields.ts';

/** Rule for one field of a foreign format. An absent field, or null, has its default. */
export type FieldRule =
  /** Read, and checked. The default is the format's. */
  | { is: 'obeyed'; check: Check; default?: unknown; note?: string }
  /** Without effect on what is computed here. */
  | { is: 'ignored'; why: string }
  /** These values and no others: the rest of the format is not built here. */
  | { is: 'only'; values: readonly unknown[]; why: string }
  /** Another name for a field, whose value it has to have. */
  | { is: 'alias'; of: string }
  /** Fields of its own: a table each for the kinds that one of the fields tells apart. */
  | { is: 'nested'; tables: Readonly<Record<string, FieldTable>>; by: string; kind?: string };

/** Every field that is known of a format. Others are refused. */
export type FieldTable = Readonly<Record<string, FieldRule>>;

/** Values by field. */
export type FieldValues = Readonly<Record<string, unknown>>;

/** A field that is read. */
export function obeyed(check: Check, fallback?: unknown, note?: string): FieldRule {
  return { is: 'obeyed', check, default: fallback, ...(note !== undefined && { note }) };
}

/** A field for each name that has no effect here, for one reason. */
export function ignored(why: string, ...names: readonly string[]): FieldTable {
  return Object.fromEntries(names.map((name) => [name, { is: 'ignored', why }]));
}

/** A field with one value that can be, or several that mean the same. */
export function only(why: string, ...values: readonly unknown[]): FieldRule {
  return { is: 'only', values, why };
}

/**
 * Reads a foreign object through its table.
 *
 * @param where Name of the file
 * @param path Of the object within the file, empty for the file itself
 * @returns The obeyed fields, defaults filled in; nested objects are theirs, with the field that tells their kind
 * @throws FormatError naming the first field that is not in the table, or not what it should be
 */
export function readFields(where: string, path: string, json: unknown, table: FieldTable): FieldValues {
  if (json === null || typeof json !== 'object' || Array.isArray(json)) {
    throw new FormatError(`${where}: expected ${path || 'fields'} as an object, got ${describeValue(json)}`);
  }
  const found = new Map(Object.entries(json).filter(([, value]) => value !== null && value !== undefined));
  const result: Record<string, unknown> = {};
  for (const [name, value] of found) {
    const at = path === '' ? name : `${path}.${name}`;
    if (!Object.hasOwn(table, name)) {
      throw new FormatError(`${where}: expected known fields, got ${at} ${describeValue(value)}`);
    }
    const read = readField(where, at, value, table[name], { ...defaultsOf(table), ...Object.fromEntries(found) });
    if (read !== undefined) result[name] = read;
  }
  return { ...defaultsOf(table), ...result };
}

function readField(where: string, at: string, value: unknown, rule: FieldRule, all: FieldValues) {
  switch (rule.is) {
    case 'obeyed':
      if (rule.check.holds(value)) return value;
      throw new FormatError(`${where}: expected ${rule.check.expected} as ${at}, got ${describeValue(value)}`);
    case 'ignored':
      return undefined;
    case 'only':
      if (rule.values.some((one) => JSON.stringify(one) === JSON.stringify(value))) return undefined;
      throw new FormatError(
        `${where}: expected ${rule.values.map(describeValue).join(' or ') || 'nothing'} as ${at} (${rule.why}), got ${describeValue(value)}`,
      );
    case 'alias': {
      const other = all[rule.of];
      if (other === undefined || JSON.stringify(other) === JSON.stringify(value)) return undefined;
      throw new FormatError(
        `${where}: expected ${at} equal to ${rule.of} ${describeValue(other)}, got ${describeValue(value)}`,
      );
    }
    case 'nested':
      return readNested(where, at, value, rule);
    default:
      throw new RangeError(`field: expected a known rule, got ${JSON.stringify(rule satisfies never)}`);
  }
}

function readNested(where: string, at: string, value: unknown, rule: FieldRule & { is: 'nested' }): FieldValues {
  const { [rule.by]: kind = rule.kind } = (value ?? {}) as FieldValues;
  const name = Object.keys(rule.tables).find((one) => one === kind);
  if (name === undefined) {
    const known = Object.keys(rule.tables).join(' or ');
    throw new FormatError(`${where}: expected ${known} as ${at}.${rule.by}, got ${describeValue(kind)}`);
  }
  return { ...readFields(where, at, value, rule.tables[name]), [rule.by]: name };
}

function defaultsOf(table: FieldTable): FieldValues {
  const obeyedFields = Object.entries(table).flatMap(([name, rule]) =>
    rule.is === 'obeyed' && rule.default !== undefined ? [[name, rule.default]] : [],
  );
  return Object.fromEntries(obeyedFields);
}
