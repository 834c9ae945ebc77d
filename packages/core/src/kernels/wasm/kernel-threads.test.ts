import { expect, test } from 'vitest';

import { WasmModule } from './wasm-kernels.ts';

/** Two modules, of one thread and of several, on a heap each with the same values in it. */
async function twoHeaps(bytes: number) {
  const values = Float32Array.from({ length: bytes / 4 }, (_, i) => Math.sin(i));
  const start = async (threads: number) => {
    const pages = Math.ceil(bytes / 65536);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: 65536, shared: true });
    new Float32Array(memory.buffer).set(values);
    return { memory, module: await WasmModule.start(memory, threads) };
  };
  return [await start(1), await start(4)] as const;
}

test('threads write the very bytes that one thread writes, call after call', async () => {
  const [rows, width] = [2000, 32];
  const [out, bytes] = [4 * rows * width, 8 * rows * width];
  const [alone, together] = await twoHeaps(bytes);
  for (let call = 0; call < 300; call++) {
    const to = rows - 6 * call; // parts of other lengths every time
    for (const { module } of [alone, together]) {
      module.run('layerNorm', [0, 4 * call, 512, out, width, 1e-5], { from: call, to, grain: 7 });
    }
    if (call % 50 === 0) {
      expect(Buffer.from(together.memory.buffer).equals(Buffer.from(alone.memory.buffer))).toBe(true);
    }
  }
  expect(Buffer.from(together.memory.buffer).equals(Buffer.from(alone.memory.buffer))).toBe(true);
});

test('a kernel that traps in any thread is an error, and the threads go on', async () => {
  const [alone, together] = await twoHeaps(65536);
  const beyond = 2 ** 20;
  expect(() => together.module.run('gelu', [0, beyond], { to: 1000, grain: 1 })).toThrow('got a trap');
  for (const { module } of [alone, together]) module.run('gelu', [0, 32_768], { to: 1000, grain: 1 });
  expect(Buffer.from(together.memory.buffer).equals(Buffer.from(alone.memory.buffer))).toBe(true);
});

test('a range of less than two grains runs here, an empty one not at all', async () => {
  const [alone, together] = await twoHeaps(65536);
  for (const { module } of [alone, together]) {
    module.run('gelu', [0, 32_768], { to: 1001, grain: 1000 });
    module.run('gelu', [0, 32_768], { from: 5, to: 5, grain: 1 });
  }
  expect(Buffer.from(together.memory.buffer).equals(Buffer.from(alone.memory.buffer))).toBe(true);
});

test('sums, copies, softplus and steps of an optimizer have the very same bytes however they are shared', async () => {
  const [alone, together] = await twoHeaps(2 ** 20);
  const [out, whole] = [2 ** 19, 3 * 2 ** 17];
  for (const { module } of [alone, together]) {
    module.run('sumAxis', [0, out, 130, 37, 0.5], { to: 25 * 37, grain: 5 }); // parts that begin within a row
    module.run('sumAxis', [0, out + 4096, 83, 1, 1], { to: 901, grain: 3 });
    module.run('softplus', [0, out + 8192], { from: 1, to: 3002, grain: 7 });
    module.run('copyBlocks', [0, out + 32_768, 20, 52, 28], { to: 1001, grain: 9 });
    module.run('sumSquares', [0, out + 65_536, 99_999], { to: 7, grain: 1 });
    const [theta, gradient, first, second] = [0, 1, 2, 3].map((i) => whole + 8192 * i);
    const results = [0, 1, 2].map((i) => out + 131_072 + 8192 * i);
    const constants = [0.5, 0.9, 0.1, 0.99, 0.01, 1e-8, 0.9, 0.1, 1, 0];
    module.run('adamStep', [theta!, gradient!, first!, second!, ...results, ...constants], { to: 2001, grain: 10 });
  }
  expect(Buffer.from(together.memory.buffer).equals(Buffer.from(alone.memory.buffer))).toBe(true);
});
