import type { Sink } from './download.ts';

/** A sink whose bytes can be taken. */
export type MemorySink = Sink & { take(): Uint8Array };

/** Makes a sink in memory. */
export function memorySink(): MemorySink {
  let pieces: Uint8Array[] = [];
  let size = 0;
  const clear = () => {
    pieces = [];
    size = 0;
  };
  return {
    size: () => size,
    write: (bytes) => {
      pieces.push(bytes);
      size += bytes.length;
    },
    clear,
    take: () => {
      const all = joined(pieces, size);
      clear();
      return all;
    },
  };
}

function joined(pieces: readonly Uint8Array[], size: number): Uint8Array {
  const all = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
