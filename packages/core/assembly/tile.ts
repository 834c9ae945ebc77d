// The tile that is fastest for the instructions of the module: docs/decisions/core-products-on-wasm.md has the figures.
import { ADD, RELU } from './sums';
import { tile4x8, tile6x8 } from './tiles.generated';

/** Rows of a tile: the most whose sums V8 keeps in registers. */
export const ROWS: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 4;

/**
 * out[ROWS, 8] = act(bias + added + Σ over taps and k of the rows · a panel of eight columns). `rows` holds ROWS addresses for each
 * tap, read from `skip` bytes on; `outs` holds ROWS addresses, written from `offset` bytes on; what is added if flagged lies `toAdded`
 * bytes from there. K and taps are at least 1.
 */
// @ts-ignore: decorator
@inline
export function tile(
  rows: usize, taps: i32, skip: usize, K: i32, b: usize, outs: usize, offset: usize, width: i32, bias: usize, toAdded: usize,
  flags: i32,
): void {
  if (ASC_FEATURE_RELAXED_SIMD) tile6x8(rows, taps, skip, K, b, outs, offset, width, bias, toAdded, flags);
  else tile4x8(rows, taps, skip, K, b, outs, offset, width, bias, toAdded, flags);
}

/** Block of k whose panel of eight columns, 32 kB, stays in the first cache. */
const K_BLOCK = 1024;

/**
 * All tiles of two tables times panels [panelFrom, panelTo) of eight columns: rows [tiles, taps, ROWS], outs [tiles, ROWS];
 * `panelBytes` from panel to panel, each holding taps · K rows of eight.
 * Bias and what is added come with the first block of k, relu with the last.
 */
export function multiplyTiles(
  rows: usize, outs: usize, tiles: i32, taps: i32, K: i32,
  panels: usize, panelBytes: usize, panelFrom: i32, panelTo: i32, N: i32, bias: usize, toAdded: usize,
  flags: i32,
): void {
  const tapsAtOnce = taps == 1 ? 1 : max(1, K_BLOCK / K), deep = taps == 1 ? K_BLOCK : K;
  for (let tap = 0; tap < taps; tap += tapsAtOnce) {
    const tapCount = min(tapsAtOnce, taps - tap);
    for (let k = 0; k < K; k += deep) {
      const depth = min(deep, K - k);
      const isFirst = tap == 0 && k == 0, isLast = tap + tapCount == taps && k + depth == K;
      const now = (isFirst ? flags & ADD : ADD) | (isLast ? flags & RELU : 0);
      const skipped = <usize>(tap * K + k) << 5;
      for (let panel = panelFrom; panel < panelTo; panel++) {
        const at = <usize>panel << 5, b = panels + <usize>panel * panelBytes + skipped;
        for (let t = 0; t < tiles; t++) {
          tile(
            rows + (<usize>((t * taps + tap) * ROWS) << 2), tapCount, <usize>k << 2, depth, b,
            outs + (<usize>(t * ROWS) << 2), at, N - (panel << 3), isFirst && bias ? bias + at : 0, isFirst ? toAdded : 0, now,
          );
        }
      }
    }
  }
}
