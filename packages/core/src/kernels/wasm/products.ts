import { convolve, correlate, type Grid } from './grid.ts';
import { type WasmBackend, withBlocks } from './wasm-backend.ts';
import { wasmModule } from './wasm-kernels.ts';

/** out [rows, columns] = act(A B + bias + added), A [rows, inner] and B [inner, columns] as they lie or transposed. */
export type Product = {
  rows: number;
  inner: number;
  columns: number;
  transposeA?: boolean;
  transposeB?: boolean;
  /** Address of [columns]. */
  bias?: number;
  relu?: boolean;
  /** Address of [rows, columns]; not with batches. */
  added?: number;
};

/** Addresses of the operands and the result. */
export type Operands = { a: number; b: number; out: number };

/** Bytes whose packing is worth a thread: about 50 μs. */
const PACK_GRAIN = 524_288;
/** Most bytes of scratch that a thread takes for whole products of a batch: they should stay in its second cache. */
const MOST_SCRATCH = 2 ** 21;
/** Multiplications of whole products that are worth a thread, as in grid.ts. */
const GRAIN = 1_000_000;
/** Rows that a thread turns or multiplies at a time, as in assembly/batches.ts. */
const ROW_BLOCK = 192;

/** One product of matrices of at least one row, column and term. */
export function multiply(backend: WasmBackend, product: Product, { a, b, out }: Operands): void {
  const { rows, inner, columns, transposeA, transposeB = false, bias, relu, added } = product;
  const from: [number, number] = transposeB ? [4, 4 * inner] : [4 * columns, 4];
  const grid: Grid = {
    x: a,
    map: [1, transposeA ? inner : rows, 4 * (transposeA ? rows : inner)],
    channels: transposeA ? rows : inner,
    taps: [[0, 0]],
    strides: [1, 1],
    size: [1, 1, transposeA ? inner : rows],
    ...{ columns, bias, relu, added, out },
  };
  if (transposeA) {
    correlate(backend, grid, (to, first, count) =>
      packPanels(backend, { from: b + first * from[0], to, depth: count, columns, steps: from }),
    );
  } else {
    convolve(backend, grid, (to, first, count) => {
      const left = Math.min(8 * count, columns - 8 * first);
      packPanels(backend, { from: b + 8 * first * from[1], to, depth: inner, columns: left, steps: from });
    });
  }
}

/** Panels to be packed: `steps` are bytes from row to row and from column to column. */
export type Packing = {
  from: number;
  to: number;
  depth: number;
  columns: number;
  steps: [number, number];
  /** Default: depth · 32, one behind the other. */
  panelBytes?: number;
  /** Address of a factor for each column, of matrices in rows. Default: none. */
  scale?: number;
};

/** Copies a matrix [depth, columns] into panels of eight columns, [⌈columns / 8⌉, depth, 8]. */
export function packPanels(
  backend: WasmBackend,
  { from, to, depth, columns, steps, panelBytes, scale = 0 }: Packing,
): void {
  const args = [from, to, depth, columns, ...steps, panelBytes ?? 32 * depth, scale];
  const grain = Math.ceil(PACK_GRAIN / (32 * depth));
  wasmModule(backend).run('pack', args, { to: Math.ceil(columns / 8), grain });
}

/** Products of the same size: matrices a[i] and b[i] into the i-th matrix of `out`. */
export function multiplyBatches(
  backend: WasmBackend,
  product: Product,
  operands: { a: number; b: number }[],
  out: number,
): void {
  const module = wasmModule(backend);
  const { rows, inner, columns, transposeA, transposeB, bias = 0, relu } = product;
  const turned = transposeA ? ROW_BLOCK * (inner + 4) : 0;
  const scratchBytes = 4 * (8 * Math.ceil(columns / 8) * inner + 2 * ROW_BLOCK + turned);
  if (scratchBytes > MOST_SCRATCH || operands.length < 2 * module.threadCount) {
    for (const [i, { a, b }] of operands.entries()) {
      multiply(backend, product, { a, b, out: out + 4 * i * rows * columns });
    }
    return;
  }
  withBlocks(backend, [44, 8 * operands.length, scratchBytes * module.threadCount], ([job, table, scratch]) => {
    const heap = backend.wasm.HEAPU8.buffer;
    new Int32Array(heap, table, 2 * operands.length).set(operands.flatMap(({ a, b }) => [a, b]));
    const words = [
      ...[table!, rows, inner, columns, transposeA ? 1 : 0, transposeB ? 1 : 0, bias, relu ? 2 : 0, out],
      ...[scratch!, scratchBytes],
    ];
    new Int32Array(heap, job, words.length).set(words);
    const grain = Math.ceil(GRAIN / (rows * inner * columns));
    module.run('multiplyBatches', [job!], { to: operands.length, grain });
  });
}
