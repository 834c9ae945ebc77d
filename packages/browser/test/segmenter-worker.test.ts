import { fileURLToPath } from 'node:url';
import { FormatError } from '@seg/checkpoint';
import { useBackend } from '@seg/core';
import type { RgbImage } from '@seg/image';
import { Segmenter } from '@seg/models';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

import { SegmenterWorker, serveSegmenter } from '../src/index.ts';

const MODEL = fileURLToPath(new URL('../../../examples/mask2former/model', import.meta.url));
const WASM = { backend: 'wasm' } as const;

/** The noise in which the model of the examples finds a few of its shapes. */
function noise(width = 96, height = 64): RgbImage {
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7919) % 251) };
}

/** A worker's port whose other side is in this thread. */
function pair(): MessagePort {
  const { port1, port2 } = new MessageChannel();
  for (const port of [port1, port2]) (port as unknown as { unref(): void }).unref();
  serveSegmenter(port2 as never);
  return port1;
}

describe('a segmenter behind a port', () => {
  let port: MessagePort;
  let segmenter: SegmenterWorker;
  beforeAll(() => useBackend('wasm'));
  beforeEach(() => {
    port = pair();
    segmenter = new SegmenterWorker(port as never);
  });
  afterEach(() => segmenter.dispose());

  test('finds what one in this thread finds, and tells what it has loaded', async () => {
    const here = await Segmenter.load(MODEL);
    const expected = await here.segment(noise(), { threshold: 0.3 });
    expect(expected.segments.length).toBeGreaterThan(0);
    await segmenter.load(MODEL, WASM);
    expect(await segmenter.segment(noise(), { threshold: 0.3 })).toEqual(expected);
    expect(await segmenter.segment(noise(), { task: 'instance' })).toEqual(
      await here.segment(noise(), { task: 'instance' }),
    );
    expect([segmenter.categories, segmenter.tasks, segmenter.things]).toEqual([
      here.categories,
      here.tasks,
      here.things,
    ]);
    expect(segmenter.loaded.backend.name).toBe('wasm');
    here.dispose();
  });

  test('pixels are copied, and given away on request', async () => {
    await segmenter.load(MODEL, WASM);
    const image = noise(32, 32);
    await segmenter.segment(image);
    expect(image.data.length).toBe(32 * 32 * 3);
    await segmenter.segment(image, { transfer: true });
    expect(image.data.length).toBe(0);
  });

  test('one model at a time is in memory', async () => {
    await segmenter.load(MODEL, WASM);
    const { numTensors } = tf.memory();
    for (let i = 0; i < 3; i++) await segmenter.load(MODEL, WASM);
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  test('errors arrive in their class, and a failed load leaves the model before', async () => {
    await expect(segmenter.segment(noise())).rejects.toThrow('SegmenterWorker: expected a loaded model, got none');
    expect(() => segmenter.categories).toThrow('SegmenterWorker: expected a loaded model, got none');
    await segmenter.load(MODEL, WASM);
    const failed = segmenter.load('/nowhere/at-all', WASM);
    await expect(failed).rejects.toBeInstanceOf(FormatError);
    await expect(segmenter.segment(noise(), { threshold: Number.NaN })).rejects.toThrow(
      new RangeError('Segmenter: expected a finite number as threshold, got NaN'),
    );
    const flat = { ...noise(), width: 1 };
    await expect(segmenter.segment(flat)).rejects.toBeInstanceOf(RangeError);
    expect((await segmenter.segment(noise(), { threshold: 0.3 })).segments.length).toBeGreaterThan(0);
  });

  test('a signal ends loading and segmenting', async () => {
    const reason = new Error('enough');
    await expect(segmenter.load(MODEL, { ...WASM, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    await segmenter.load(MODEL, WASM);
    const controller = new AbortController();
    const calls = [1, 2, 3].map(() => segmenter.segment(noise(), { signal: controller.signal }));
    const unconcerned = segmenter.segment(noise());
    controller.abort(reason);
    for (const call of calls) await expect(call).rejects.toBe(reason);
    expect((await unconcerned).width).toBe(96);
  });

  test('a crash fails what waits and what comes, by its reason; dispose too', async () => {
    await segmenter.load(MODEL, WASM);
    const waiting = segmenter.segment(noise());
    port.dispatchEvent(Object.assign(new Event('error'), { message: 'RangeError: out of memory' }));
    const reason = 'SegmenterWorker: expected a worker that runs, got an error in it (RangeError: out of memory)';
    await expect(waiting).rejects.toThrow(reason);
    await expect(segmenter.segment(noise())).rejects.toThrow(reason);
    const other = new SegmenterWorker(pair() as never);
    other.dispose();
    await expect(other.load(MODEL, WASM)).rejects.toThrow('expected a call before dispose(), got one after it');
  });

  test('options of the calls that wait are those of a segmenter, and one that is none leaves the model before', async () => {
    await segmenter.load(MODEL, { ...WASM, concurrency: 2, maxWaiting: 2 });
    const { numTensors } = tf.memory();
    for (const options of [{ concurrency: 0 }, { maxWaiting: -1 }]) {
      await expect(segmenter.load(MODEL, { ...WASM, ...options })).rejects.toBeInstanceOf(RangeError);
    }
    expect([segmenter.isLoaded, tf.memory().numTensors]).toEqual([true, numTensors]);
    const calls = await Promise.allSettled([1, 2, 3, 4, 5].map(() => segmenter.segment(noise())));
    expect(calls.map(({ status }) => status)).toEqual([...Array(4).fill('fulfilled'), 'rejected']); // two pass, two wait
  });

  test('pixels of another origin are refused as those of a file are, and what else cannot be sent is not', async () => {
    await segmenter.load(MODEL, WASM);
    const post = vi.spyOn(port, 'postMessage').mockImplementation(() => {
      throw new DOMException('could not be cloned', 'DataCloneError');
    });
    const getImageData = () => {
      throw new DOMException('tainted', 'SecurityError');
    };
    const context = { fillRect: () => {}, drawImage: () => {}, getImageData };
    vi.stubGlobal('OffscreenCanvas', class { getContext = () => context; }); // biome-ignore format: one line
    vi.stubGlobal('ImageBitmap', class { width = 2; height = 2; close() {} }); // biome-ignore format: one line
    const foreign = segmenter.segment(new ImageBitmap());
    await expect(foreign).rejects.toBeInstanceOf(FormatError);
    await expect(foreign).rejects.toThrow('expected pixels that this page may read, got those of another origin');
    await expect(segmenter.segment(noise())).rejects.toThrow('could not be cloned');
    const odd = segmenter.segment(new ImageBitmap(), { threshold: (() => {}) as never });
    await expect(odd).rejects.toThrow(/^\(\) => \{\s*\} could not be cloned/);
    post.mockRestore();
    vi.unstubAllGlobals();
  });

  describe('a stream', () => {
    const idsOf = (result: { segments: { id: number }[] }) => result.segments.map(({ id }) => id);
    const options = { threshold: 0.3, track: true };

    test('gives what each frame alone gives, in their order, and its ids stay', async () => {
      await segmenter.load(MODEL, WASM);
      const expected = await segmenter.segment(noise(), { threshold: 0.3 });
      const found = [];
      for await (const one of segmenter.stream([noise(), noise()], { threshold: 0.3 })) found.push(one);
      expect(found.map(({ frame }) => frame)).toEqual([0, 1]);
      for (const { result } of found) expect(result).toEqual(expected);
      const ids = [];
      for await (const { result } of segmenter.stream([noise(), noise()], options)) ids.push(idsOf(result));
      expect(ids[0].length).toBeGreaterThan(0);
      expect(ids[1]).toEqual(ids[0]);
    });

    test('keeps its ids beside any number of others, and is forgotten at its end', async () => {
      await segmenter.load(MODEL, WASM);
      const frames = [noise(), noise(64, 96), noise()]; // whose objects are new where the size changes
      const first = segmenter.stream(frames, options);
      const others = Array.from({ length: 8 }, () => segmenter.stream([noise(), noise()], options));
      const before = idsOf((await first.next()).value!.result);
      for (const other of others) await other.next();
      await first.next();
      const after = idsOf((await first.next()).value!.result);
      expect(Math.min(...after)).toBeGreaterThan(Math.max(...before));
      for (const one of [first, ...others]) await one.return!();
      const counter = segmenter as unknown as { streams: number };
      counter.streams = 0; // the next one has the number of the first
      const again = segmenter.stream([noise()], options);
      expect(idsOf((await again.next()).value!.result)).toEqual(before);
      await again.return!();
    });

    test('ends with its signal, and with what the worker says', async () => {
      await segmenter.load(MODEL, WASM);
      const controller = new AbortController();
      const stream = segmenter.stream([noise(), noise()], { ...options, signal: controller.signal });
      await stream.next();
      controller.abort(new Error('enough'));
      await expect(stream.next()).rejects.toThrow('enough');
      const odd = segmenter.stream([noise()], { track: { memory: -1 } });
      await expect(odd.next()).rejects.toThrow('expected a whole number from 0 on as memory, got -1');
    });
  });

  test('an address may be a URL; what is none is refused', async () => {
    const loading = segmenter.load(new URL('ftp://seg.example/model/'), WASM);
    await expect(loading).rejects.toThrow('ftp://seg.example/model/');
  });

  test('a script that cannot be loaded is said to be none', async () => {
    const loading = segmenter.load(MODEL, WASM);
    port.dispatchEvent(new Event('error'));
    await expect(loading).rejects.toThrow('expected a worker that runs, got none: its script cannot be loaded');
  });
});

test('a worker that is terminated fails what waits: its lock is free then', async () => {
  const holders = new Map<string, (() => unknown)[]>();
  const request = async (name: string, held: () => unknown) => {
    const before = holders.get(name) ?? [];
    holders.set(name, [...before, held]);
    return before.length === 0 ? held() : new Promise(() => {}); // the first one has it
  };
  vi.stubGlobal('navigator', { locks: { request } });
  const segmenter = new SegmenterWorker(pair() as never);
  const [, gone] = await vi.waitFor(() => {
    const both = [...holders.values()].find(({ length }) => length === 2); // the worker has it, the page asks for it
    expect(both).toBeDefined();
    return both!;
  });
  const loading = segmenter.load('https://seg.example/model/', WASM);
  gone();
  await expect(loading).rejects.toThrow('SegmenterWorker: expected a worker that runs, got one that was terminated');
  vi.unstubAllGlobals();
});
