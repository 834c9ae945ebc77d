import { expect, test } from 'vitest';

import { convolve, correlate, type Grid } from './grid.ts';
import { multiply, multiplyBatches, packPanels } from './products.ts';
import type { WasmBackend } from './wasm-backend.ts';
import { adoptModule, WasmModule } from './wasm-kernels.ts';

/** A heap with values in its first half and room for scratch, which is never given back, in its second. */
async function heapOf(threads: number, bytes: number) {
  const memory = new WebAssembly.Memory({ initial: (2 * bytes) / 65536, maximum: 65536, shared: true });
  new Float32Array(memory.buffer, 0, bytes / 4).set(Float32Array.from({ length: bytes / 4 }, (_, i) => Math.sin(i)));
  let next = bytes;
  const HEAPU8 = new Uint8Array(memory.buffer);
  const wasm = { HEAPU8, _malloc: (size: number) => (next += size) - size, _free: () => (next = bytes) };
  const backend = { wasm } as unknown as WasmBackend;
  adoptModule(backend, await WasmModule.start(memory, threads));
  return { backend, values: () => Buffer.from(memory.buffer, 0, bytes) };
}

/** Bytes of values: 16 MiB. */
const VALUES = 2 ** 24;

test('products and convolutions have the very same bytes on one thread and on four', async () => {
  const heaps = await Promise.all([heapOf(1, VALUES), heapOf(4, VALUES)]);
  const out = 2 ** 23;
  const grid: Grid = {
    x: 64,
    map: [37, 41, 4 * 20],
    channels: 20,
    taps: [-1, 0, 1].flatMap((y) => [-1, 0, 1].map((x): [number, number] => [y, x])),
    strides: [1, 1],
    size: [2, 37, 41],
    columns: 43,
    out,
  };
  const steps: [number, number] = [4 * 43, 4];
  for (const { backend } of heaps) {
    multiply(backend, { rows: 517, inner: 1100, columns: 203 }, { a: 0, b: 2 ** 22, out });
    multiply(
      backend,
      { rows: 5, inner: 300, columns: 1203, transposeB: true },
      { a: 0, b: 2 ** 22, out: out + 2 ** 20 },
    );
    multiply(
      backend,
      { rows: 301, inner: 1700, columns: 203, transposeA: true },
      { a: 0, b: 2 ** 22, out: out + 2 ** 21 },
    );
    const operands = Array.from({ length: 60 }, (_, i) => ({ a: 4000 * i, b: 2 ** 22 + 4000 * i }));
    multiplyBatches(backend, { rows: 49, inner: 33, columns: 47, relu: true }, operands, out + 3 * 2 ** 20);
    convolve(backend, { ...grid, out: out + 2 ** 22 }, (to, first, count) =>
      packPanels(backend, {
        from: 4096 + 32 * first,
        to,
        depth: 180,
        columns: Math.min(8 * count, 43 - 8 * first),
        steps,
      }),
    );
    correlate(backend, { ...grid, out: out + 6 * 2 ** 20 }, (to, first, depth) =>
      packPanels(backend, { from: 4096 + 172 * first, to, depth, columns: 43, steps }),
    );
  }
  expect(heaps[1].values().equals(heaps[0].values())).toBe(true);
});

test('the module is the one for relaxed SIMD where the engine has it, from Node 22 on', async () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
  const { tileRows } = await WasmModule.start(memory, 1);
  const [major] = process.versions.node.split('.').map(Number);
  expect(tileRows).toBe(major! >= 22 ? 6 : 4); // heights of its tiles, assembly/tile.ts
});
