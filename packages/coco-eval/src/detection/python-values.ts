import { describeValue } from '../state/expect-value.ts';

/**
 * Truth of a value in Python: pycocotools asks `iscrowd` and `ignore` this way, so "0" and NaN are true, and null, ""
 * and empty lists are not.
 */
export function isTrueInPython(value: unknown): boolean {
  if (typeof value === 'number') return value !== 0;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

/**
 * Python's `int(value)` in a byte, which pycocotools makes of `iscrowd` for the overlap with crowds.
 *
 * @throws where Python and numpy do: at null, text that is no whole number, and anything outside 0 to 255
 */
export function pythonByte(where: string, value: unknown): number {
  const isWhole = typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value);
  const number = isWhole || typeof value === 'number' || typeof value === 'boolean' ? Math.trunc(Number(value)) : NaN;
  if (number >= 0 && number <= 255) return number;
  throw new TypeError(`${where} of 0 or 1, got ${describeValue(value)}`);
}
