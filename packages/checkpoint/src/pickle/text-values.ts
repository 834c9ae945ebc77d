import { FormatError } from '../errors.ts';
import type { PickleCursor } from './pickle-cursor.ts';

/** Longest integer, in bytes: far beyond any that a checkpoint holds. */
const MAX_LONG_BYTES = 1024;

/** An integer, as number where that is exact. */
export function decimalInteger(text: string): number | bigint {
  if (!/^[+-]?\d{1,2000}$/.test(text)) throw new FormatError(`expected an integer, got ${JSON.stringify(text)}`);
  return narrowed(BigInt(text));
}

/** Opcodes LONG1 and LONG4: little-endian two's complement. */
export function decodeLong(cursor: PickleCursor, length: number): number | bigint {
  if (length > MAX_LONG_BYTES)
    throw new FormatError(`expected an integer of at most ${MAX_LONG_BYTES} bytes, got ${length}`);
  let value = 0n;
  for (const [i, byte] of cursor.take(length).entries()) value |= BigInt(byte) << BigInt(8 * i);
  return narrowed(BigInt.asIntN(8 * length, value));
}

/** Opcode FLOAT: a number, `nan` or `inf`. */
export function pythonFloat(text: string): number {
  const named: Record<string, number> = { nan: Number.NaN, inf: Infinity, '-inf': -Infinity };
  const value = Object.hasOwn(named, text) ? named[text] : Number(text);
  if (text === '' || (Number.isNaN(value) && text !== 'nan')) {
    throw new FormatError(`expected a number, got ${JSON.stringify(text)}`);
  }
  return value;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** Opcode STRING: a quoted literal of Python 2, one character for each byte. */
export function pythonString(literal: string): string {
  const quoted = /^(['"])(.*)\1$/s.exec(literal);
  if (quoted === null) throw new FormatError(`expected a quoted string, got ${JSON.stringify(literal.slice(0, 40))}`);
  return quoted[2].replace(/\\(?:x([0-9a-fA-F]{2})|(.))/gs, (_, hex?: string, character = '') =>
    hex === undefined ? (ESCAPES[character] ?? character) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** Opcode UNICODE: Latin-1 with `\u` escapes. */
export function rawUnicode(line: string): string {
  return line.replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (whole, short?: string, long?: string) => {
    const point = Number.parseInt(short ?? long ?? '', 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}

function narrowed(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
