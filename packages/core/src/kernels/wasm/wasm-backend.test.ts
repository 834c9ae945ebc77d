import { expect, test } from 'vitest';

import { refuseFullHeap, type WasmBackend } from './wasm-backend.ts';

test('a heap without such a block is an error that says how full it is', () => {
  const room = (bytes: number) => (bytes > 100 ? 0 : 64);
  const wasm = {
    HEAPU8: { length: 3_800 * 2 ** 20 },
    _free: () => {},
    // as Emscripten's stub, which its first call replaces
    _malloc: (bytes: number): number => {
      wasm._malloc = room;
      return room(bytes);
    },
  };
  const backend = { wasm } as unknown as WasmBackend;
  refuseFullHeap(backend);
  for (let call = 0; call < 2; call++) {
    expect(backend.wasm._malloc(100)).toBe(64);
    expect(() => backend.wasm._malloc(2 ** 29)).toThrow(
      'wasm: expected room for 512 MiB, got a full heap of 3800 MiB, which ends at 4096',
    );
  }
});
