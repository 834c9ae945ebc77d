import type { Size } from '../../outputs.ts';

/** Tokens of all levels together. */
export function tokensOf(levels: Size[]): number {
  return levels.reduce((sum, [height, width]) => sum + height * width, 0);
}

/** [L, 3] of height, width and first token of each level, levels laid one after the other. */
export function levelTable(levels: Size[]): Int32Array {
  let start = 0;
  return Int32Array.from(
    levels.flatMap(([height, width]) => {
      const row = [height, width, start];
      start += height * width;
      return row;
    }),
  );
}
