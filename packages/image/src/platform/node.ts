import { deflateSync } from 'node:zlib';

/** Packs bytes as zlib data. */
export function deflate(bytes: Uint8Array): Uint8Array {
  return deflateSync(bytes);
}
