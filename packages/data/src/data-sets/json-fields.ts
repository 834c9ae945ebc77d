import { describeValue, FormatError } from '@seg/checkpoint/safetensors';

/** An object of somebody else's JSON: nothing is known of its values. */
export type JsonObject = Record<string, unknown>;

/** @throws FormatError where a value is no object */
export function objectOf(value: unknown, where: string): JsonObject {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as JsonObject;
  throw new FormatError(`${where}: expected an object, got ${describeValue(value)}`);
}

/**
 * Reads a list of objects.
 *
 * @throws FormatError where a field is none
 */
export function listOf(json: JsonObject, field: string, name: string): JsonObject[] {
  const value = json[field];
  if (!Array.isArray(value)) throw new FormatError(`${name}: expected a list ${field}, got ${describeValue(value)}`);
  return value.map((entry, i) => objectOf(entry, `${name}: ${field}[${i}]`));
}
