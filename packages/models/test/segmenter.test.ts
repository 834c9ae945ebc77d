import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { StoredValue } from '@seg/checkpoint';
import { init, ParamStore, runStepsInTurns, useBackend } from '@seg/core';
import type { RgbImage } from '@seg/image';
import type { InstanceList, SegmentMap } from '@seg/postprocess';
import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

import type { Task } from '../src/inference/task.ts';
import { loadModel } from '../src/load-model.ts';
import { Segmenter } from '../src/segmenter.ts';
import { buildModel } from '../src/systems/systems.ts';
import { type SaveModelOptions, saveModel } from '../src/weights/save-model.ts';
import { storedParams } from '../src/weights/stored-params.ts';
import { TINY_DESCRIPTIONS } from './tiny-descriptions.ts';

const SYSTEMS = Object.keys(TINY_DESCRIPTIONS);
const CASES: [string, Task][] = SYSTEMS.flatMap((system) =>
  tasksExpected(system).map((task) => [system, task] as [string, Task]),
);

/**
 * Parameters whose published initial values predict nothing, and others for them: biases against no-object and for cells
 * with objects of the first class, gains of residual branches and of mask logits.
 */
const LIVELY: [pattern: RegExp, value: (index: number, length: number) => number][] = [
  [/class_predictor\.bias$/, (i, length) => (i === length - 1 ? -3 : 0)],
  [/solo_cate\.bias$/, (i) => (i === 0 ? 0 : -8)],
  [/solo_ins_list.*\.bias$/, () => 2],
  [/pixel_space_mask_batch_norm\/gamma$/, () => 8],
  [/gamma$/, (i) => 0.4 + 0.1 * (i % 3)],
];

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'seg-segmenter-'));
  init.seedInitializers(3);
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('calls at once', () => {
  let segmenter: Segmenter;
  const images = [1, 2, 3, 4, 5, 6].map((seed) => photo(24, 36, seed));
  beforeAll(() => useBackend('wasm'));
  beforeEach(async () => {
    await writeTiny('mask2former');
    segmenter = await Segmenter.load(folder);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    segmenter.dispose();
  });

  test('leave timers their turns', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    await Promise.all(images.map((image) => segmenter.segment(image)));
    clearInterval(timer);
    expect(turns).toBeGreaterThanOrEqual(images.length - 1);
  });

  test('end between two layers, and leave nothing', async () => {
    const large = photo(600, 800, 7);
    await segmenter.segment(large); // derived tensors are there
    const before = tf.memory().numTensors;
    hurryClock();
    for (const check of [3, 4, 9]) {
      await expect(segmenter.segment(large, { signal: abortedAt(check) })).rejects.toBe('enough');
    }
    expect(tf.memory().numTensors).toBe(before);
    const late = segmenter.segment(large);
    setTimeout(() => segmenter.dispose(), 0);
    await expect(late).rejects.toThrow('Segmenter: expected a call before dispose(), got one after it');
    expect(tf.memory().numTensors).toBe(0);
  });

  test.each([1, 3])('have the same results %i at a time, alone in their order', async (concurrency) => {
    segmenter.dispose();
    segmenter = await Segmenter.load(folder, { concurrency });
    const expected = [];
    for (const image of images) expected.push(await segmenter.segment(image, { threshold: 0.001 }));
    const order: number[] = [];
    const call = async (image: RgbImage, i: number) => {
      const found = await segmenter.segment(image, { threshold: 0.001 });
      order.push(i);
      return found;
    };
    const { numTensors } = tf.memory();
    expect(await Promise.all(images.map(call))).toEqual(expected);
    expect(concurrency === 1 ? order : order.toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(tf.memory().numTensors).toBe(numTensors);
    await expect(Segmenter.load(folder, { concurrency: 0 })).rejects.toThrow('from 1 on as concurrency, got 0');
  });

  test('end by their own signals, and the others go on', async () => {
    const controller = new AbortController();
    const ended = segmenter.segment(images[1], { signal: controller.signal });
    const others = Promise.all([segmenter.segment(images[0]), segmenter.segment(images[2])]);
    controller.abort('enough');
    await expect(ended).rejects.toBe('enough');
    expect((await others).map(({ width }) => width)).toEqual([36, 36]);
  });

  test.each([
    [{ threshold: Number.NaN }, 'expected a finite number as threshold, got NaN'],
    [{ threshold: '0.5' }, 'expected a finite number as threshold, got 0.5'],
    [{ threshold: Number.POSITIVE_INFINITY }, 'expected a finite number as threshold, got Infinity'],
    [{ batchPixels: Number.NaN }, 'expected a number above 0 as batchPixels, got NaN'],
    [{ batchPixels: -1 }, 'expected a number above 0 as batchPixels, got -1'],
    [{ signal: {} }, 'expected an AbortSignal as signal, got something else'],
  ])('with options %o are refused', async (options, message) => {
    await expect(segmenter.segmentBatch(images, options as never)).rejects.toThrow(`Segmenter: ${message}`);
  });

  test.each([undefined, null, 'a.jpg', {}, { width: 2, height: 2 }])(
    'with %o for an image are refused',
    async (image) => {
      await expect(segmenter.segment(image as never)).rejects.toThrow(/^preprocess: expected [^\n]*, got [^\n]*$/);
      await expect(segmenter.segmentBatch(image as never)).rejects.toThrow('expected a list of images');
    },
  );

  test('beyond the bound are refused at once, and room comes back', async () => {
    segmenter.dispose();
    segmenter = await Segmenter.load(folder, { maxWaiting: 2 });
    const first = images.slice(0, 3).map((image) => segmenter.segment(image)); // one at work, two that wait
    await expect(segmenter.segment(images[3])).rejects.toThrow(
      'Segmenter: expected at most 2 calls that wait (await some, or raise maxWaiting), got one more',
    );
    await Promise.all(first);
    expect((await segmenter.segment(images[3])).width).toBe(36);
    await expect(Segmenter.load(folder, { maxWaiting: Number.NaN })).rejects.toThrow('as maxWaiting, got NaN');
  });

  test('say so after dispose, while they wait too', async () => {
    const waiting = segmenter.segment(images[0]);
    segmenter.dispose();
    segmenter.dispose();
    await expect(waiting).rejects.toThrow('Segmenter: expected a call before dispose(), got one after it');
    await expect(segmenter.segment(images[0])).rejects.toThrow('expected a call before dispose()');
  });
});

describe('a stream of frames', () => {
  let segmenter: Segmenter;
  const images = [1, 2, 3, 4].map((seed) => photo(24, 36, seed));
  beforeAll(() => useBackend('wasm'));
  beforeEach(async () => {
    await writeTiny('mask2former');
    segmenter = await Segmenter.load(folder);
  });
  afterEach(() => segmenter.dispose());

  test.each(['panoptic', 'instance'] as const)('answers %s as segment() does, in order', async (task) => {
    const found = [];
    for await (const { frame, result } of segmenter.stream(images, { task, threshold: 0.001 })) {
      found.push(result);
      expect(frame).toBe(found.length - 1);
    }
    const alone = [];
    for (const image of images) alone.push(await segmenter.segment(image, { task, threshold: 0.001 }));
    expect(found).toEqual(alone);
  });

  test.each([true, false])('holds no tensor, however it ends (latest: %s)', async (latest) => {
    await segmenter.segment(images[0]);
    const before = tf.memory().numTensors;
    const endless = async function* () {
      for (let i = 0; ; i++) yield images[i % images.length];
    };
    for await (const { frame } of segmenter.stream(endless(), { latest })) if (frame > 2) break;
    expect(tf.memory().numTensors).toBe(before);
    const controller = new AbortController();
    const aborted = async () => {
      for await (const { frame } of segmenter.stream(endless(), { latest, signal: controller.signal })) {
        if (frame > 1) controller.abort('enough');
      }
    };
    await expect(aborted()).rejects.toBe('enough');
    const broken = [images[0], { data: new Uint8Array(5), width: 1, height: 1 }];
    await expect(segmenter.stream(broken).next()).resolves.toMatchObject({ done: false });
    const all = async () => {
      for await (const _ of segmenter.stream(broken));
    };
    await expect(all()).rejects.toThrow('expected 3 bytes for each pixel');
    expect(tf.memory().numTensors).toBe(before);
  });

  test('refuses a task that the model lacks before a frame is read', () => {
    expect(() => segmenter.stream(images, { threshold: Number.NaN })).toThrow('as threshold, got NaN');
    expect(() => segmenter.stream(images, { task: 'depth' as never })).toThrow('got depth');
  });
});

describe('embeddings of queries', () => {
  beforeAll(() => useBackend('wasm'));

  test.each(CASES)('%s, %s: beside the same result, of every thing of a system with queries', async (system, task) => {
    await writeTiny(system);
    const segmenter = await Segmenter.load(folder);
    const images = [photo(24, 36, 1), photo(24, 36, 2)];
    const without = await segmenter.segmentBatch(images, { task, threshold: 0.001 });
    const before = tf.memory().numTensors;
    const found = await segmenter.segmentBatch(images, { task, threshold: 0.001, embeddings: true });
    expect(tf.memory().numTensors).toBe(before);
    const all = found.flatMap((one): { isThing?: boolean; embedding?: Float32Array }[] => {
      return 'ids' in one ? one.segments : one.instances;
    });
    const plain = found.map((one) => {
      if (!('ids' in one)) return { ...one, instances: one.instances.map(({ embedding: _, ...rest }) => rest) };
      return { ...one, segments: one.segments.map(({ embedding: _, ...rest }) => rest) };
    });
    expect(plain).toEqual(without);
    const things = all.filter(({ isThing = true }) => isThing);
    const described = things.filter(({ embedding }) => embedding?.every(Number.isFinite));
    const hasQueries = !/solo/.test(system) && task !== 'semantic';
    expect(described.length).toBe(hasQueries ? things.length : 0);
    const lengths = new Set(described.map(({ embedding }) => embedding?.length));
    expect(lengths.size).toBe(described.length > 0 ? 1 : 0);
    segmenter.dispose();
  });

  test('a stream that tracks gives the ids of a tracker, and no embedding that was not asked for', async () => {
    await writeTiny('mask2former');
    const segmenter = await Segmenter.load(folder);
    const images = [1, 1, 1].map((seed) => photo(24, 36, seed));
    const ids = [];
    for await (const { result } of segmenter.stream(images, { threshold: 0.001, track: { memory: 3 } })) {
      ids.push(result.segments.map(({ id }) => id));
      expect(result.segments.every((segment) => !('embedding' in segment))).toBe(true);
    }
    expect(ids[0].length).toBeGreaterThan(0);
    expect(ids).toEqual([ids[0], ids[0], ids[0]]);
    expect(() => segmenter.stream(images, { track: { memory: -1 } })).toThrow('as memory, got -1');
    segmenter.dispose();
  });
});

onEveryBackend('every system, tiny, from a folder', () => {
  let segmenter: Segmenter | undefined;
  afterEach(() => segmenter?.dispose());

  test.each(CASES)('%s, %s: images of several sizes in one call get what each gets alone', async (system, task) => {
    await writeTiny(system);
    segmenter = await Segmenter.load(folder);
    const images = [photo(24, 36, 1), photo(36, 24, 2), photo(24, 36, 3)];
    const together = await segmenter.segmentBatch(images, { task, threshold: 0.001 });
    const before = tf.memory().numTensors;
    for (const [i, image] of images.entries()) {
      const alone = await segmenter.segment(image, { task, threshold: 0.001 });
      expect([alone.width, alone.height]).toEqual([image.width, image.height]);
      expectAlike(together[i], alone);
    }
    expect(tf.memory().numTensors, 'tensors left behind').toBe(before);
  });
});

onEveryBackend('every system, tiny, step by step', () => {
  test.each(SYSTEMS)('%s: is the pass at once, to the bit, and tidy', async (system) => {
    await writeTiny(system);
    const { model } = await loadModel(folder);
    const side = system === 'max-deeplab' ? 33 : 32; // whole multiples of their strides, one more for aligned corners
    const pixels = tf.randomUniform<tf.Rank.R4>([1, side, side, 3], -1, 1, 'float32', 5);
    const atOnce = model.forward(pixels);
    const before = tf.memory().numTensors;
    let count = 0;
    const inSteps = await runStepsInTurns(model.network.forwardSteps!(pixels), async () => void count++);
    expect(count).toBeGreaterThan(4); // a block a stage, and what is behind them
    const [expected, found] = await Promise.all([atOnce, inSteps].map(valuesOf));
    expect(found).toEqual(expected);
    tf.dispose(inSteps as tf.TensorContainer);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([atOnce as tf.TensorContainer, pixels]);
    model.dispose();
  });
});

describe('a door for every system', () => {
  beforeAll(async () => void (await useBackend('cpu')));

  test.each([
    ['solov2', 'panoptic', 'expected task instance of solov2, got panoptic'],
    ['solo', 'semantic', 'expected task instance of solo, got semantic'],
    ['max-deeplab', 'instance', 'expected task panoptic or semantic of max-deeplab, got instance'],
    ['panoptic_segformer', 'semantic', 'expected task panoptic or instance of panoptic_segformer, got semantic'],
  ] as const)('%s has no %s inference, and says what it has', async (system, task, message) => {
    await writeTiny(system);
    const segmenter = await Segmenter.load(folder);
    await expect(segmenter.segment(photo(20, 20, 1), { task })).rejects.toThrow(message);
    segmenter.dispose();
  });

  test.each(SYSTEMS)('%s: a model says that it was disposed of, however it is used', async (system) => {
    await writeTiny(system);
    const { model } = await loadModel(folder);
    const side = system === 'max-deeplab' ? 33 : 32; // whole multiples of their strides, one more for aligned corners
    const pixels = tf.zeros<tf.Rank.R4>([1, side, side, 3]);
    model.predict(pixels).dispose(); // derived tensors are there
    const [key] = model.params.keys();
    model.dispose();
    model.dispose();
    const gone = /^[\w./]+: expected a live model, got one that was disposed$/;
    expect(() => model.predict(pixels)).toThrow(gone);
    expect(() => model.forward(pixels)).toThrow(gone);
    expect(() => model.params.train(() => model.forward(pixels))).toThrow(gone);
    expect(() => model.params.get(key)).toThrow(gone);
    expect(() => model.params.trainable()).toThrow(gone);
    pixels.dispose();
  });

  test('the rule of a library that lacks the system is refused', async () => {
    await writeTiny('solo');
    const segmenter = await Segmenter.load(folder);
    const found = segmenter.segment(photo(20, 20, 1), { task: 'instance', rule: 'huggingface' });
    await expect(found).rejects.toThrow('expected rule original of solo, which has no other, got huggingface');
    segmenter.dispose();
  });

  test.each(SYSTEMS)('%s: a folder gives back the bytes that it was written from', async (system) => {
    const written = await writeTiny(system);
    const { model, categories, preprocessing } = await loadModel(folder);
    expect(readdirSync(folder).sort()).toEqual(['config.json', 'model.safetensors']);
    for await (const [key, value] of storedParams(model.params)) expect(value, key).toEqual(written.get(key));
    expect(model.config).toEqual(TINY_DESCRIPTIONS[system].config);
    expect({ categories, preprocessing }).toEqual({
      categories: TINY_DESCRIPTIONS[system].categories,
      preprocessing: TINY_DESCRIPTIONS[system].preprocessing,
    });
    model.dispose();
  });

  test('a model of many shards, over one that was whole, and over that again', async () => {
    await writeTiny('solov2');
    const written = await writeTiny('solov2', { shardBytes: 100_000 });
    const files = readdirSync(folder);
    expect(files).not.toContain('model.safetensors');
    expect(files.filter((name) => name.endsWith('.part'))).toEqual([]);
    expect(files.filter((name) => /^model-\d+\.safetensors$/.test(name)).length).toBeGreaterThan(3);
    const { model } = await loadModel(folder);
    for await (const [key, value] of storedParams(model.params)) expect(value, key).toEqual(written.get(key));
    model.dispose();
    await writeTiny('solov2');
    (await loadModel(folder)).model.dispose();
  });
});

/** Values of all tensors in an output, in their order. */
async function valuesOf(outputs: object): Promise<ArrayLike<number>[]> {
  const values: ArrayLike<number>[] = [];
  for (const value of Object.values(outputs)) {
    if (value instanceof tf.Tensor) values.push(await value.data());
    else if (value !== null && typeof value === 'object') values.push(...(await valuesOf(value)));
  }
  return values;
}

function tasksExpected(system: string): Task[] {
  if (system.includes('solo')) return ['instance'];
  if (system === 'max-deeplab') return ['panoptic', 'semantic'];
  return system === 'panoptic_segformer' ? ['panoptic', 'instance'] : ['panoptic', 'instance', 'semantic'];
}

/** Random weights, but for the lively ones. */
async function writeTiny(system: string, options?: SaveModelOptions): Promise<Map<string, StoredValue>> {
  const description = TINY_DESCRIPTIONS[system];
  const model = buildModel(new ParamStore(), description.config);
  const weights = new Map<string, StoredValue>();
  for await (const [key, { shape, values }] of storedParams(model.params)) {
    const lively = LIVELY.find(([pattern]) => pattern.test(key))?.[1];
    weights.set(key, { shape, values: lively ? values.map((_, i) => lively(i, values.length)) : values });
  }
  model.dispose();
  await saveModel(folder, description, weights, options);
  return weights;
}

/** Makes every step of a pass find its spell over, on machines of any speed: each look at the clock is a second later. */
function hurryClock(): void {
  let now = performance.now();
  vi.spyOn(performance, 'now').mockImplementation(() => (now += 1000));
}

/** @returns A signal that aborts when it is asked for the `check`-th time: twice before a pass, then between its layers */
function abortedAt(check: number): AbortSignal {
  const { signal } = new AbortController();
  let asked = 0;
  vi.spyOn(signal, 'throwIfAborted').mockImplementation(() => {
    asked++;
    if (asked === check) throw 'enough';
  });
  return signal;
}

function photo(height: number, width: number, seed: number): RgbImage {
  const data = Uint8Array.from({ length: height * width * 3 }, (_, i) => {
    const [y, x] = [Math.floor(i / (3 * width)), Math.floor(i / 3) % width];
    return 127 + 127 * Math.sin(seed + (i % 3) + x / (5 + seed) - (y * seed) / 9);
  });
  return { data, width, height };
}

/** The same segments, but for pixels that float noise may turn. */
function expectAlike(a: SegmentMap | InstanceList, b: SegmentMap | InstanceList): void {
  if ('ids' in a && 'ids' in b) {
    const differing = a.ids.filter((id, i) => id !== b.ids[i]).length;
    expect(differing / a.ids.length).toBeLessThan(0.002);
    expect(a.segments.map(({ category }) => category)).toEqual(b.segments.map(({ category }) => category));
    expect(a.segments.length).toBeGreaterThan(0);
  } else if ('instances' in a && 'instances' in b) {
    expect(a.instances.length).toBeGreaterThan(0);
    expect(a.instances.map(({ category }) => category)).toEqual(b.instances.map(({ category }) => category));
    for (const [i, { score, mask }] of a.instances.entries()) {
      expect(Math.abs(score - b.instances[i].score)).toBeLessThan(1e-4);
      expect(Math.abs(mask.area - b.instances[i].mask.area)).toBeLessThanOrEqual(2);
    }
  } else expect.fail('one is a map, the other a list');
}
