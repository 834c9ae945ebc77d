import { FormatError } from './errors.ts';

/** Bytes of U+FFFD, which a file may hold by right. */
const REPLACEMENT = [0xef, 0xbf, 0xbd];

/**
 * Text of a file in UTF-8, without the mark that Windows programs write first (RFC 8259, section 8.1).
 *
 * @param where The file
 * @param what What it is to be, for the error
 * @throws FormatError at the first byte that is no UTF-8, where a decoder would put a question mark
 */
export function utf8Text(where: string, bytes: Uint8Array, what = 'text'): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new FormatError(`${where}: expected ${what}, got ${faultOf(bytes)}`, { cause: error });
  }
}

function faultOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return 'UTF-16 in place of UTF-8';
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const encoder = new TextEncoder();
  let at = 0;
  for (let from = 0; ; ) {
    const next = text.indexOf('\ufffd', from);
    at += encoder.encode(text.slice(from, next)).length;
    if (REPLACEMENT.some((byte, i) => bytes[at + i] !== byte)) break;
    at += REPLACEMENT.length;
    from = next + 1;
  }
  return `byte ${bytes[at]!.toString(16).padStart(2, '0')} at ${at}, which is no UTF-8`;
}
