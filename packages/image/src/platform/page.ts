import { zlibSync } from 'fflate';

/** Packs bytes as zlib data. A page's own CompressionStream would make every caller wait. */
export function deflate(bytes: Uint8Array): Uint8Array {
  return zlibSync(bytes);
}
