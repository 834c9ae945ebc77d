import { describeValue, FormatError } from '@seg/checkpoint/safetensors';

/** Tells if a path of somebody else's file stays in its folder. */
export function staysInside(name: string): boolean {
  return !/^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)|\0/.test(name);
}

/**
 * Checks a file name of somebody else's file.
 *
 * @throws FormatError where it is none, or leaves its folder
 */
export function requireInside(value: unknown, field: string, where: string): string {
  if (typeof value === 'string' && value !== '' && staysInside(value)) return value.replaceAll('\\', '/');
  throw new FormatError(`${where}: expected ${field} within its folder, got ${describeValue(value)}`);
}
