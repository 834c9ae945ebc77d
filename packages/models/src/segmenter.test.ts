import { fileURLToPath } from 'node:url';
import { useBackend } from '@seg/core';
import type { RgbImage } from '@seg/image';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, expect, test, vi } from 'vitest';

import { Segmenter } from './segmenter.ts';

const { rehearse } = vi.hoisted(() => ({ rehearse: vi.fn() }));
vi.mock(import('@seg/core'), async (original) => ({ ...(await original()), rehearse }));

const MODEL = fileURLToPath(new URL('../../../examples/mask2former/model', import.meta.url));
const IMAGE: RgbImage = { width: 32, height: 32, data: new Uint8Array(32 * 32 * 3) };

beforeAll(() => useBackend('wasm'));
beforeEach(() => void rehearse.mockReset());

test('a rehearsal that was cut short is made again by the next pass, one that was made is not', async () => {
  const segmenter = await Segmenter.load(MODEL);
  const controller = new AbortController();
  const reason = new Error('enough');
  rehearse.mockImplementationOnce(async () => {
    controller.abort(reason);
    throw controller.signal.reason;
  });
  await expect(segmenter.segment(IMAGE, { signal: controller.signal })).rejects.toBe(reason);
  for (let i = 0; i < 2; i++) await segmenter.segment(IMAGE);
  expect(rehearse).toHaveBeenCalledTimes(2);
  segmenter.dispose();
});

test('options that are none are refused before there is a model', async () => {
  const { numTensors } = tf.memory();
  const loading = Segmenter.load(MODEL, { concurrency: 0 });
  await expect(loading).rejects.toThrow('Segmenter: expected a whole number from 1 on as concurrency, got 0');
  expect(tf.memory().numTensors).toBe(numTensors);
});
