import { fileURLToPath } from 'node:url';
import { FormatError } from '@seg/checkpoint';
import { useBackend } from '@seg/core';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';

import { type FinetuneCall, type FinetuneNews, SegmenterWorker, serveSegmenter } from '../src/index.ts';
import { FakeDatabase } from './fake-database.ts';

const MODEL = fileURLToPath(new URL('../../../examples/mask2former/model', import.meta.url));
const WASM = { backend: 'wasm' } as const;

/** A gray photograph with a dark square. */
function photo(name: string, shade = 200) {
  const [width, height] = [64, 48];
  const dark = (i: number) => i % width >= 8 && i % width < 40 && Math.floor(i / width) < 30;
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (dark(Math.floor(i / 3)) ? 20 : shade));
  return { name, picture: { width, height, data } };
}

function file(names: string[], classes = ['square']) {
  return {
    images: names.map((file_name, i) => ({ id: i + 1, file_name, width: 64, height: 48 })),
    annotations: names.map((_, i) => ({
      id: i + 1,
      image_id: i + 1,
      category_id: 1,
      segmentation: [[8, 0, 40, 0, 40, 30, 8, 30]],
      iscrowd: 0,
    })),
    categories: classes.map((name, i) => ({ id: i + 1, name })),
  };
}

/** A training of two steps on one photograph. */
function callOf(changes: Partial<FinetuneCall> = {}): FinetuneCall {
  const pictures = [photo('a.jpg'), photo('b.jpg', 150)] as never;
  const options = { steps: 2, size: 32 };
  return { place: MODEL, pictures, annotations: file(['a.jpg']), storage: 'page', options, ...WASM, ...changes };
}

let database: FakeDatabase;
let segmenter: SegmenterWorker;
let heard: FinetuneNews[];
const onNews = (news: FinetuneNews) => void heard.push(news);
const types = () => heard.map(({ type }) => type).filter((type) => type !== 'download');

beforeAll(() => useBackend('wasm'));
beforeEach(() => {
  heard = [];
  database = new FakeDatabase();
  vi.stubGlobal('indexedDB', database);
  const { port1, port2 } = new MessageChannel();
  for (const port of [port1, port2]) (port as unknown as { unref(): void }).unref();
  serveSegmenter(port2 as never);
  segmenter = new SegmenterWorker(port1 as never);
});
afterEach(() => {
  segmenter.dispose();
  vi.unstubAllGlobals();
});

test('a finished training is given again where it is the same, and begins anew where something was changed', async () => {
  const { files, reason, step } = await segmenter.finetune(callOf(), { onNews });
  expect([Object.keys(files).sort(), reason, step]).toEqual([['config.json', 'model.safetensors'], 'finished', 2]);
  expect(types()).toEqual(['data', 'step', 'step', 'checkpoint']);
  expect([segmenter.isLoaded, segmenter.categories.map(({ name }) => name)]).toEqual([true, ['square']]);
  heard = [];
  const again = await segmenter.finetune(callOf(), { onNews });
  expect(again.step).toBe(2);
  for (const [name, bytes] of Object.entries(again.files)) expect(Buffer.compare(bytes, files[name])).toBe(0);
  expect(types()).toEqual(['data', 'continued']);
  heard = [];
  const other = callOf({ annotations: file(['a.jpg', 'b.jpg'], ['square', 'circle']) });
  expect((await segmenter.finetune(other, { onNews })).step).toBe(2);
  expect(heard.find(({ type }) => type === 'anew')).toMatchObject({ step: 2 });
  expect(types()).toEqual(['data', 'anew', 'step', 'step', 'checkpoint']);
  expect(segmenter.categories).toHaveLength(2);
});

test('a full database costs what is kept, not the training', async () => {
  database.full = new DOMException('no room', 'QuotaExceededError');
  const { files, step } = await segmenter.finetune(callOf(), { onNews });
  expect([Object.keys(files), step]).toEqual([expect.arrayContaining(['model.safetensors']), 2]);
  expect(types()).toEqual(['data', 'step', 'step', 'unkept']);
});

test('what is refused leaves the model that was loaded', async () => {
  await segmenter.load(MODEL, WASM);
  const { categories } = segmenter;
  const refused: [Partial<FinetuneCall>, string][] = [
    [{ options: { steps: 0 } }, 'as steps, got 0'],
    [{ annotations: file(['c.jpg']) }, 'got none of c.jpg'],
    [{ place: '/nowhere/at-all' }, '/nowhere/at-all'],
    [
      { validation: file(['b.jpg'], ['circle']) },
      'expected objects of the classes that are trained, square, got circle',
    ],
  ];
  for (const [changes, message] of refused) {
    await expect(segmenter.finetune(callOf(changes))).rejects.toThrow(message);
  }
  expect([segmenter.isLoaded, segmenter.categories]).toEqual([true, categories]);
  await segmenter.segment({ width: 32, height: 32, data: new Uint8Array(32 * 32 * 3) });
});

test('a signal that has ended, and a second training, leave the model and the first one', async () => {
  await segmenter.load(MODEL, WASM);
  const { categories } = segmenter;
  const reason = new Error('enough');
  await expect(segmenter.finetune(callOf(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(segmenter.categories).toEqual(categories);
  const first = segmenter.finetune(callOf(), { onNews });
  const busy = 'expected a worker that does not train, got one in a training';
  await expect(segmenter.finetune(callOf())).rejects.toThrow(busy);
  await expect(segmenter.load(MODEL, WASM)).rejects.toThrow(busy);
  expect((await first).step).toBe(2);
  expect(segmenter.categories.map(({ name }) => name)).toEqual(['square']);
});

test('a signal ends a training at once, the next call waits for the worker, and the training goes on', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const long = callOf({ options: { steps: 500, size: 32 } });
  const training = segmenter.finetune(long, {
    signal: controller.signal,
    onNews: (news) => {
      onNews(news);
      if (news.type === 'step') controller.abort(reason);
    },
  });
  await expect(training).rejects.toBe(reason);
  const count = heard.length;
  await segmenter.load(MODEL, WASM);
  expect(segmenter.isLoaded).toBe(true);
  expect(heard).toHaveLength(count);
  await segmenter.segment({ width: 32, height: 32, data: new Uint8Array(32 * 32 * 3) });
  heard = [];
  const again = segmenter.finetune(long, { onNews });
  await vi.waitFor(() => expect(types()).toContain('step'), { timeout: 60_000 });
  await segmenter.stopTraining();
  expect((await again).reason).toBe('aborted');
  expect(types()).toContain('continued');
});

test('one that fails on its way leaves no model, and says so', async () => {
  await segmenter.finetune(callOf());
  expect(segmenter.isLoaded).toBe(true);
  const kept = database.kept.get('page') as { checkpoint: Uint8Array };
  kept.checkpoint = kept.checkpoint.subarray(0, 100); // damaged
  await expect(segmenter.finetune(callOf())).rejects.toBeInstanceOf(FormatError);
  expect(segmenter.isLoaded).toBe(false);
  expect(() => segmenter.categories).toThrow('expected a loaded model, got none');
});
