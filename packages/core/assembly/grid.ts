// Rows of a product that are pixels of a map: what a convolution reads and where it writes, without a copy of either.
import { ROWS } from './tile';

/**
 * A convolution as a product, as src/kernels/wasm/grid.ts writes it. Row (image, i, j) of a grid [batch, gridH, gridW] reads,
 * under tap t, pixel (i·strideY + y[t], j·strideX + x[t]) of a map [batch, H, W], C values from its address on, and zeros outside;
 * it writes to pixel (i·stepY + firstY, j·stepX + firstX) of [batch, outH, outW, N]. A matrix is a map of height one under one tap.
 */
@unmanaged
export class Grid {
  x: usize; zeros: usize; H: i32; W: i32; pixelBytes: usize; C: i32; taps: i32;
  strideY: i32; strideX: i32; batch: i32; gridH: i32; gridW: i32;
  panels: usize; N: i32; bias: usize; toAdded: usize; flags: i32;
  out: usize; outH: i32; outW: i32; stepY: i32; stepX: i32; firstY: i32; firstX: i32;
  /** Memory of each thread's own, one after the other. */
  scratch: usize; scratchBytes: usize;
  /** Whether the range counts panels; what is packed at a time: panels of `convolve`, rows of the grid of `correlate`. */
  byPanels: i32; first: i32; count: i32;
}

/** Where a tap lies: two numbers each, behind the other fields. */
// @ts-ignore: decorator
@inline
function tapOf(grid: Grid, tap: i32): usize {
  return changetype<usize>(grid) + offsetof<Grid>() + (<usize>tap << 3);
}

/** Rows of the grid. */
// @ts-ignore: decorator
@inline
export function rowsOf(grid: Grid): i32 {
  return grid.batch * grid.gridH * grid.gridW;
}

/** Address of what a row of the grid reads under a tap. */
// @ts-ignore: decorator
@inline
export function sourceOf(grid: Grid, row: i32, tap: i32): usize {
  const j = row % grid.gridW, line = row / grid.gridW;
  return pixelUnder(grid, tapOf(grid, tap), line / grid.gridH, line % grid.gridH, j);
}

// @ts-ignore: decorator
@inline
function pixelUnder(grid: Grid, tap: usize, image: i32, i: i32, j: i32): usize {
  const y = i * grid.strideY + load<i32>(tap), x = j * grid.strideX + load<i32>(tap, 4);
  if (<u32>y >= <u32>grid.H || <u32>x >= <u32>grid.W) return grid.zeros;
  return grid.x + <usize>((image * grid.H + y) * grid.W + x) * grid.pixelBytes;
}

/**
 * Tables of the tiles that rows [from, to) make: rows [tiles, taps, ROWS] and outs [tiles, ROWS]. Past the end a row is the last
 * once more: its tile writes the same values to the same place.
 */
export function fillTables(grid: Grid, from: i32, to: i32, rows: usize, outs: usize): void {
  const taps = grid.taps, all = rowsOf(grid), line = <usize>grid.N << 2;
  for (let first = from; first < to; first += ROWS, rows += <usize>(taps * ROWS) << 2) {
    for (let r = 0; r < ROWS; r++, outs += 4) {
      const row = min(first + r, all - 1);
      const j = row % grid.gridW, above = row / grid.gridW;
      const i = above % grid.gridH, image = above / grid.gridH;
      for (let t = 0; t < taps; t++) {
        store<u32>(rows + (<usize>(t * ROWS + r) << 2), <u32>pixelUnder(grid, tapOf(grid, t), image, i, j));
      }
      const y = i * grid.stepY + grid.firstY, x = j * grid.stepX + grid.firstX;
      store<u32>(outs, <u32>(grid.out + <usize>((image * grid.outH + y) * grid.outW + x) * line));
    }
  }
}
