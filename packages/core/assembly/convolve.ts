// Convolutions as implicit products (NHWC; any filter, stride, padding, dilation), matrices among them.
import { fillTables, Grid, rowsOf } from './grid';
import { multiplyTiles, ROWS } from './tile';

/** Rows at a time: 192 of 1024 values stay in the second cache. A multiple of both heights of a tile. */
const ROW_BLOCK = 192;

/**
 * out = act(Σ over taps and channels of x · panels [count, taps·C, 8] + bias + added) in the columns of panels [first, first + count), for
 * tiles of ROWS rows [from, to), or for all rows and panels [from, to) of those. Scratch of a thread: 4·ROW_BLOCK·(taps + 1) bytes.
 */
export function convolve(p: usize, from: i32, to: i32, thread: i32): void {
  const grid = changetype<Grid>(p);
  const outs = grid.scratch + <usize>thread * grid.scratchBytes, rows = outs + (ROW_BLOCK << 2);
  const tileFrom = grid.byPanels ? 0 : from, tileTo = grid.byPanels ? (rowsOf(grid) + ROWS - 1) / ROWS : to;
  const panelFrom = grid.first + (grid.byPanels ? from : 0), panelTo = grid.first + (grid.byPanels ? to : grid.count);
  const panelBytes = <usize>(grid.taps * grid.C) << 5;
  const panels = grid.panels - <usize>grid.first * panelBytes;
  for (let first = tileFrom; first < tileTo; first += ROW_BLOCK / ROWS) {
    const tiles = min(ROW_BLOCK / ROWS, tileTo - first);
    fillTables(grid, first * ROWS, (first + tiles) * ROWS, rows, outs);
    multiplyTiles(
      rows, outs, tiles, grid.taps, grid.C, panels, panelBytes, panelFrom, panelTo, grid.N, grid.bias, grid.toAdded,
      grid.flags,
    );
  }
}
