import { FormatError } from '@seg/checkpoint/safetensors';

/**
 * Checks the bytes of a file.
 *
 * @param where Names the call in errors
 * @param name Of the file
 * @throws FormatError that says what there is instead
 */
export function expectBytes(where: string, bytes: unknown, name: string): asserts bytes is Uint8Array {
  if (bytes instanceof Uint8Array) return;
  const found = typeof bytes === 'string' ? 'text' : Object.prototype.toString.call(bytes).slice(8, -1);
  throw new FormatError(`${where}: expected bytes (Uint8Array) of ${name}, got ${found}`);
}
