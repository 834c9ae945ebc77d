import { type WasmBackend, withBlocks } from './wasm-backend.ts';
import { wasmModule } from './wasm-kernels.ts';

/**
 * A product whose rows are pixels of a map, read and written in place; `assembly/grid.ts` says what each field means. Addresses in
 * bytes.
 */
export type Grid = {
  x: number;
  /** Height and width of the map, and bytes from pixel to pixel. */
  map: [height: number, width: number, pixelBytes: number];
  /** Values read under each tap. */
  channels: number;
  /** [y, x] of each tap, added to the strides' steps. */
  taps: [number, number][];
  strides: [number, number];
  /** Rows of the product: batch, height, width. */
  size: [number, number, number];
  columns: number;
  bias?: number;
  relu?: boolean;
  /** Of as many values as `out`, laid out like it: added before relu. `out` itself for a sum that goes on. */
  added?: number;
  out: number;
  /** Map that `convolve` writes to, and which of its pixels: every `step`-th from `first` on. Default: `size`, all of it. */
  target?: { map: [number, number]; step: [number, number]; first: [number, number] };
};

/** Most floats of panels that are packed at a time: 4 MiB, of which each thread reads what it needs again and again. */
const MOST_PACKED = 2 ** 20;
/** Multiplications that are worth a thread: about 50 μs, ten times what waking one takes. */
const GRAIN = 1_000_000;
/** Rows whose addresses a thread keeps in `convolve`, as in assembly/convolve.ts. */
const ROW_BLOCK = 192;
/** Rows that a thread turns in `correlate`, rows of the grid at a time, and their spacing, as in assembly/correlate.ts. */
const TURNED = { rows: 96, depth: 1024, line: 1040 };
/** Fewest tiles for each thread that are shared by tiles; with fewer, and more panels, panels are shared. */
const TILES_PER_THREAD = 8;

/** Packs eight columns each, [count, depth, 8], of the right operand to an address: of `convolve` from panel `first` on. */
export type PackPanels = (address: number, first: number, count: number) => void;

/** out = act(rows · B + bias + added). @param packPanels Packs panels of B [taps · channels, columns] */
export function convolve(backend: WasmBackend, grid: Grid, packPanels: PackPanels): void {
  const module = wasmModule(backend);
  const { taps, channels, columns, size } = grid;
  const depth = taps.length * channels;
  const [rows, panels] = [size[0] * size[1] * size[2], Math.ceil(columns / 8)];
  const atOnce = Math.min(panels, Math.max(1, Math.floor(MOST_PACKED / (8 * depth))));
  const scratchBytes = 4 * ROW_BLOCK * (taps.length + 1);
  const blocks = blockSizes(grid, 32 * depth * atOnce, scratchBytes, module.threadCount);
  withBlocks(backend, blocks, ([job, zeros, packed, scratch]) => {
    clearZeros(backend, zeros!, grid.channels);
    for (let first = 0; first < panels; first += atOnce) {
      const count = Math.min(atOnce, panels - first);
      packPanels(packed!, first, count);
      const tiles = Math.ceil(rows / module.tileRows);
      const byPanels = tiles < TILES_PER_THREAD * module.threadCount && count > tiles;
      write(backend, job!, grid, { zeros: zeros!, packed: packed!, scratch: scratch!, scratchBytes }, [
        byPanels ? 1 : 0,
        first,
        count,
      ]);
      const [to, each] = byPanels ? [count, 8 * rows] : [tiles, 8 * count * module.tileRows];
      module.run('convolve', [job!], { to, grain: Math.ceil(GRAIN / (each * depth)) });
    }
  });
}

/**
 * out [taps · channels, columns] = rowsᵀ · B, summed over all rows of the grid.
 *
 * @param packRows Packs `count` rows of B from `first` on, [⌈columns / 8⌉, count, 8]
 */
export function correlate(backend: WasmBackend, grid: Grid, packRows: PackPanels): void {
  const module = wasmModule(backend);
  const { taps, channels, columns, size } = grid;
  const [inner, panels] = [size[0] * size[1] * size[2], Math.ceil(columns / 8)];
  const atOnce = Math.min(inner, TURNED.depth * Math.max(1, Math.floor(MOST_PACKED / (8 * panels * TURNED.depth))));
  const scratchBytes = 4 * TURNED.rows * (TURNED.line + 2);
  const blocks = blockSizes(grid, 32 * panels * atOnce, scratchBytes, module.threadCount);
  withBlocks(backend, blocks, ([job, zeros, packed, scratch]) => {
    clearZeros(backend, zeros!, grid.channels);
    for (let first = 0; first < inner; first += atOnce) {
      const count = Math.min(atOnce, inner - first);
      packRows(packed!, first, count);
      const isLast = first + count === inner;
      const [bias, added] = first === 0 ? [grid.bias, grid.added] : [0, grid.out];
      const part = { ...grid, bias, added, relu: isLast && grid.relu };
      write(backend, job!, part, { zeros: zeros!, packed: packed!, scratch: scratch!, scratchBytes }, [
        0,
        first,
        count,
      ]);
      const tiles = Math.ceil((taps.length * channels) / module.tileRows);
      const each = module.tileRows * 8 * panels * count;
      module.run('correlate', [job!], { to: tiles, grain: Math.ceil(GRAIN / each) });
    }
  });
}

/** Words of `Grid` in assembly/grid.ts before its taps. */
const WORDS = 29;

/** Bytes of the job, of a pixel of zeros, of the panels and of all threads' scratch. */
function blockSizes({ taps, channels }: Grid, packed: number, scratchBytes: number, threads: number): number[] {
  return [4 * (WORDS + 2 * taps.length), 4 * channels, packed, scratchBytes * threads];
}

function clearZeros(backend: WasmBackend, address: number, channels: number): void {
  backend.wasm.HEAPU8.fill(0, address, address + 4 * channels);
}

type Lent = { zeros: number; packed: number; scratch: number; scratchBytes: number };

/** Writes the fields of `Grid` in assembly/grid.ts, in their order. */
function write(backend: WasmBackend, address: number, grid: Grid, lent: Lent, part: number[]): void {
  const { x, map, channels, taps, strides, size, columns, bias = 0, relu, added, out } = grid;
  const { map: outMap, step, first } = grid.target ?? { map: [size[1], size[2]], step: [1, 1], first: [0, 0] };
  const words = [
    ...[x, lent.zeros, ...map, channels, taps.length, ...strides, ...size],
    ...[
      lent.packed,
      columns,
      bias,
      added === undefined ? 0 : added - out,
      (added === undefined ? 0 : 1) | (relu ? 2 : 0),
    ],
    ...[out, ...outMap, ...step, ...first],
    ...[lent.scratch, lent.scratchBytes, ...part, ...taps.flat()],
  ];
  new Int32Array(backend.wasm.HEAPU8.buffer, address, words.length).set(words);
}
