import { testedBackends } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test, vi } from 'vitest';

import { useBackend } from '../src/index.ts';
import { KernelThreads } from '../src/kernels/wasm/kernel-threads.ts';
import type { WasmBackend } from '../src/kernels/wasm/wasm-backend.ts';
import { loadWasmKernels } from '../src/kernels/wasm/wasm-kernels.ts';

describe.runIf(testedBackends().includes('wasm'))('starts at once', () => {
  test('of one backend start one pool of threads, which is tried again where it fails', async () => {
    const start = vi.spyOn(KernelThreads, 'start');
    start.mockRejectedValueOnce(new Error('no room for threads'));
    const failed = await Promise.allSettled([1, 2].map(() => useBackend('wasm', { threads: 2 })));
    expect(failed.map((outcome) => (outcome as PromiseRejectedResult).reason?.message)).toEqual(
      new Array(2).fill('no room for threads'),
    );
    const infos = await Promise.all([1, 2, 3].map(() => useBackend('wasm', { threads: 2 })));
    expect(infos.map(({ threads }) => threads)).toEqual([2, 2, 2]);
    expect(start).toHaveBeenCalledTimes(2);
    const { _malloc } = (tf.backend() as WasmBackend).wasm;
    await loadWasmKernels(2);
    expect((tf.backend() as WasmBackend).wasm._malloc).toBe(_malloc);
    start.mockRestore();
  });

  test('of two backends leave both whole', async () => {
    await Promise.all([useBackend('wasm'), useBackend('cpu'), useBackend('wasm')]);
    for (const name of ['cpu', 'wasm'] as const) {
      await useBackend(name);
      expect(await tf.relu(tf.tensor1d([-1, 2])).data()).toEqual(Float32Array.of(0, 2));
    }
  });

  test('with another number of threads are refused', async () => {
    await expect(useBackend('wasm', { threads: 5 })).rejects.toThrow(
      'wasm: expected 5 threads, got a backend that another call has started with 2',
    );
    expect((await useBackend('wasm')).threads).toBe(2);
    expect((await useBackend('cpu', { threads: 5 })).name).toBe('cpu');
  });
});
