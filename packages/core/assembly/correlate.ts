// Products AᵀB, A being what a convolution reads: the gradient of its filter, and AᵀB of matrices.
import { Grid, rowsOf, sourceOf } from './grid';
import { turn } from './pack';
import { ADD, RELU } from './sums';
import { multiplyTiles, ROWS } from './tile';

/** Rows of the result at a time, and rows of the grid: 400 kB of turned values stay in the second cache. */
const ROW_BLOCK = 96, DEPTH = 1024;
/** Values from one turned row to the next: not a power of two, so that they do not share sets of the cache. */
const LINE = DEPTH + 16;

/**
 * out [taps·C, N] (+)= Σ over rows [first, first + count) of the grid of what each reads, times panels [⌈N/8⌉, count, 8], for tiles
 * [from, to) of ROWS rows of out. Scratch of a thread: 4·ROW_BLOCK·(LINE + 2) bytes.
 */
export function correlate(p: usize, from: i32, to: i32, thread: i32): void {
  const grid = changetype<Grid>(p);
  const N = grid.N, all = grid.taps * grid.C;
  const outs = grid.scratch + <usize>thread * grid.scratchBytes, rows = outs + (ROW_BLOCK << 2), turned = rows + (ROW_BLOCK << 2);
  for (let tile = from; tile < to; tile += ROW_BLOCK / ROWS) {
    const tiles = min(ROW_BLOCK / ROWS, to - tile), first = tile * ROWS, last = min(all, first + tiles * ROWS);
    for (let r = 0; r < tiles * ROWS; r++) {
      const row = min(r, last - first - 1); // past the end the last once more
      store<u32>(rows + (<usize>r << 2), <u32>(turned + (<usize>(row * LINE) << 2)));
      store<u32>(outs + (<usize>r << 2), <u32>(grid.out + (<usize>((first + row) * N) << 2)));
    }
    for (let k = 0; k < grid.count; k += DEPTH) {
      const depth = min(DEPTH, grid.count - k), isLast = k + depth == grid.count;
      turnRows(grid, first, last, grid.first + k, depth, turned);
      multiplyTiles(
        rows, outs, tiles, 1, depth, grid.panels + (<usize>k << 5), <usize>grid.count << 5, 0, (N + 7) >> 3, N,
        k == 0 ? grid.bias : 0, k == 0 ? grid.toAdded : 0, (k == 0 ? grid.flags & ADD : ADD) | (isLast ? grid.flags & RELU : 0),
      );
    }
  }
}

/** Rows [first, last) of taps and channels, each the values that rows [k, k + depth) of the grid read. */
function turnRows(grid: Grid, first: i32, last: i32, k: i32, depth: i32, out: usize): void {
  for (let row = first; row < last;) {
    const tap = row / grid.C, c = row % grid.C, run = min(grid.C - c, last - row);
    turnRun(grid, tap, <usize>c << 2, run, k, depth, out + (<usize>((row - first) * LINE) << 2));
    row += run;
  }
}

function turnRun(grid: Grid, tap: i32, skip: usize, run: i32, k: i32, depth: i32, out: usize): void {
  const end = min(k + depth, rowsOf(grid)) - 1, line: usize = LINE << 2;
  for (let i = 0; i < depth; i += 4, out += 16) {
    let a = sourceOf(grid, k + i, tap) + skip, b = sourceOf(grid, min(end, k + i + 1), tap) + skip;
    let c = sourceOf(grid, min(end, k + i + 2), tap) + skip, d = sourceOf(grid, min(end, k + i + 3), tap) + skip;
    let o = out, n = run;
    for (; n >= 4; n -= 4, o += 4 * line, a += 16, b += 16, c += 16, d += 16) {
      turn(v128.load(a), v128.load(b), v128.load(c), v128.load(d), o, line);
    }
    for (; n > 0; n--, o += line, a += 4, b += 4, c += 4, d += 4) {
      store<f32>(o, load<f32>(a));
      store<f32>(o, load<f32>(b), 4);
      store<f32>(o, load<f32>(c), 8);
      store<f32>(o, load<f32>(d), 12);
    }
  }
}
