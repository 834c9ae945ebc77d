import { expect, test } from 'vitest';

import { refuseFullHeap, type WasmBackend } from './wasm-backend.ts';

test('a heap without such a block is an error that says how full it is', () => {
  const wasm = { HEAPU8: { length: 3_800 * 2 ** 20 }, _malloc: (bytes: number) => (bytes > 100 ? 0 : 64) };
  const backend = { wasm } as unknown as WasmBackend;
  refuseFullHeap(backend);
  expect(backend.wasm._malloc(100)).toBe(64);
  expect(() => backend.wasm._malloc(2 ** 29)).toThrow(
    'wasm: expected room for 512 MiB, got a full heap of 3800 MiB, which ends at 4096',
  );
});
