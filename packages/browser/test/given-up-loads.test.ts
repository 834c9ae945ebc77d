import { fileURLToPath } from 'node:url';
import { useBackend } from '@seg/core';
import type { OpenModel } from '@seg/models';
import { beforeAll, expect, test, vi } from 'vitest';

import { SegmenterWorker, serveSegmenter } from '../src/index.ts';

const MODEL = fileURLToPath(new URL('../../../examples/mask2former/model', import.meta.url));
const WASM = { backend: 'wasm' } as const;

/** Called while a model is built, which no message interrupts. */
let building = () => {};
vi.mock(import('@seg/models'), async (original) => {
  const models = await original();
  const openModel = async (...options: Parameters<typeof models.openModel>): Promise<OpenModel> => {
    const opened = await models.openModel(...options);
    const build: OpenModel['build'] = (params) => {
      building();
      return opened.build(params);
    };
    return { ...opened, build };
  };
  return { ...models, openModel };
});

beforeAll(() => useBackend('wasm'));

/** A client of a worker in this thread. */
function client(): SegmenterWorker {
  const { port1, port2 } = new MessageChannel();
  for (const port of [port1, port2]) (port as unknown as { unref(): void }).unref();
  serveSegmenter(port2 as never);
  return new SegmenterWorker(port1 as never);
}

test('a load that is given up while the model is built leaves that one, and the client knows it', async () => {
  const segmenter = client();
  const controller = new AbortController();
  building = () => controller.abort(new Error('enough'));
  const loading = segmenter.load(MODEL, { ...WASM, signal: controller.signal });
  await expect(loading).rejects.toThrow('enough');
  await vi.waitFor(() => expect(segmenter.isLoaded).toBe(true));
  expect(segmenter.categories.length).toBeGreaterThan(0);
  await segmenter.segment({ width: 32, height: 32, data: new Uint8Array(32 * 32 * 3) });
  segmenter.dispose();
});

test('a model that cannot be built leaves none, and the client knows it', async () => {
  const segmenter = client();
  building = () => {};
  await segmenter.load(MODEL, WASM);
  expect(segmenter.isLoaded).toBe(true);
  building = () => {
    throw new RangeError('no memory');
  };
  await expect(segmenter.load(MODEL, WASM)).rejects.toThrow('no memory');
  expect(segmenter.isLoaded).toBe(false);
  segmenter.dispose();
});
