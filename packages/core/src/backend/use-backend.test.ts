import { testedBackends } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, test } from 'vitest';

import { BackendError, gelu, readTensors, useBackend } from '../index.ts';
import { runProgram } from '../kernels/webgpu/run-program.ts';
import { checkBackend, reportDeviceError } from './device-errors.ts';

describe.runIf(testedBackends().includes('wasm'))('useBackend', () => {
  test('a call before the first names what is missing', () => {
    expect(() => gelu({ shape: [1] } as tf.Tensor)).toThrow('SegGelu: expected a backend, got none. Call useBackend');
  });

  test('a start beyond its time limit is an error, and goes on', async () => {
    await expect(useBackend('cpu', { timeLimit: 0 })).rejects.toThrow('cpu: expected to start within 0 ms');
    expect((await useBackend('cpu')).name).toBe('cpu');
  });

  test('wasm starts as many threads as asked for, and leaves nothing on the process', async () => {
    const left = () => [process.listenerCount('uncaughtException'), process.listenerCount('unhandledRejection')];
    const before = [...left(), 'Worker' in globalThis];
    const { name, threads, description } = await useBackend('wasm', { threads: 2 });
    expect({ name, threads, description }).toEqual({
      name: 'wasm',
      threads: 2,
      description: 'WebAssembly SIMD, 2 threads',
    });
    expect([...left(), 'Worker' in globalThis]).toEqual(before);
  });

  test('auto takes the first that starts on real hardware, and says why it passed over the others', async () => {
    const { name, passedOver } = await useBackend('auto');
    const order = ['webgpu', 'node-gpu', 'node', 'wasm'];
    expect(passedOver.map((one) => one.name)).toEqual(order.slice(0, order.indexOf(name)));
    for (const { reason } of passedOver) expect(reason).toMatch(/^[\w-]+: expected .+, got .+/);
  });

  test('a second call switches back without starting anew', async () => {
    await useBackend('wasm');
    const backend = tf.backend();
    await useBackend('cpu');
    await useBackend('wasm');
    expect(tf.backend()).toBe(backend);
  });

  test('an unknown name is refused', async () => {
    await expect(useBackend('webgl' as 'cpu')).rejects.toThrow('useBackend: expected auto, webgpu, node-gpu');
  });

  test.each([
    [{ threads: 0 }, 'expected a whole number of at least 1 as threads, got 0'],
    [{ threads: Number.NaN }, 'as threads, got NaN'],
    [{ threads: '2' }, 'as threads, got "2"'],
    [{ timeLimit: -1 }, 'expected a number of at least 0 and at most 2147483647 as timeLimit, got -1'],
    [{ timeLimit: Number.POSITIVE_INFINITY }, 'as timeLimit, got Infinity'],
    [{ wasmPaths: 7 }, 'expected a text as wasmPaths, got 7'],
    [{ halfStorage: 'yes' }, 'as halfStorage, got "yes"'],
    [{ halfStorage: { from: 0.5 } }, 'as halfStorage, got {"from":0.5}'],
    [{ halfStorage: null }, 'as halfStorage, got null'],
    [{ thread: 2 }, 'expected nothing but threads, wasmPaths, halfStorage, timeLimit, got thread 2'],
    [{ toString: 1 }, 'got toString 1'],
  ])('options %j are refused before anything starts', async (options, message) => {
    await expect(useBackend('cpu', options as object)).rejects.toThrow(message);
  });

  test('a device error fails the next check, once', () => {
    reportDeviceError('a shader that does not compile');
    expect(() => checkBackend()).toThrow(BackendError);
    expect(() => checkBackend()).not.toThrow();
  });
});

describe.runIf(testedBackends().includes('webgpu'))('useBackend on webgpu', () => {
  test('auto passes over a software adapter, even one in use', async () => {
    const { description } = await useBackend('webgpu');
    const { name, passedOver } = await useBackend('auto');
    const isSoftware = /llvmpipe|swiftshader/i.test(description);
    expect(name === 'webgpu').toBe(!isSoftware);
    if (isSoftware) expect(passedOver[0]?.reason).toContain('expected a graphics processor, got ');
  });

  afterEach(() => {
    tf.engine().reset();
  });

  test('a shader that does not compile fails the next read, not a later result', async () => {
    await useBackend('webgpu');
    const read = readTensors(() => {
      const x = tf.ones([4]);
      const program = { key: 'broken', inputs: { x: { tensor: x } }, outputShape: [4], invocations: 4 };
      const info = runProgram(tf.backend(), { ...program, code: 'fn main(index: i32) { result[index] = absent; }' });
      return [tf.engine().makeTensorFromTensorInfo(info)];
    });
    await expect(read).rejects.toThrow(/webgpu: expected no device errors, got .*absent/s);
  });
});
