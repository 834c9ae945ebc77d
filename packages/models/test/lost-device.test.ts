import { fileURLToPath } from 'node:url';
import { BackendError, useBackend } from '@seg/core';
import type { RgbImage } from '@seg/image';
import { testedBackends } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { Segmenter } from '../src/segmenter.ts';

const MODEL = fileURLToPath(new URL('../../../examples/mask2former/model', import.meta.url));
const device = () => (tf.backend() as unknown as { device: GPUDevice }).device;
const pool = () =>
  (tf.backend() as unknown as { bufferManager: { numBytesAllocated: number; numBytesUsed: number } }).bufferManager;

function noise(width: number, height: number): RgbImage {
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7919) % 251) };
}

describe.runIf(testedBackends().includes('webgpu'))('WebGPU', () => {
  let segmenter: Segmenter;
  beforeEach(async () => {
    await useBackend('webgpu');
    segmenter = await Segmenter.load(MODEL);
  });
  afterEach(() => segmenter.dispose());

  test('a device lost between two calls: the next one has another, and finds the same', async () => {
    const before = await segmenter.segment(noise(96, 64), { threshold: 0.3 });
    expect(before.segments.length).toBeGreaterThan(0);
    const lost = device();
    for (let i = 0; i < 2; i++) {
      device().destroy();
      expect(await segmenter.segment(noise(96, 64), { threshold: 0.3 })).toEqual(before);
    }
    expect(device()).not.toBe(lost);
  });

  test('a device lost within a call: it says so, and the next one answers', async () => {
    const before = await segmenter.segment(noise(96, 64), { threshold: 0.3 });
    const call = segmenter.segment(noise(96, 64));
    setTimeout(() => device().destroy(), 15);
    await expect(call).rejects.toThrow(
      /^webgpu: expected a device, got a lost one \(.+\); the next call starts another/,
    );
    await expect(call).rejects.toBeInstanceOf(BackendError);
    expect(await segmenter.segment(noise(96, 64), { threshold: 0.3 })).toEqual(before);
  });

  test('a device lost before a model is loaded: another is started', async () => {
    device().destroy();
    await new Promise((resolve) => setTimeout(resolve, 0));
    const other = await Segmenter.load(MODEL);
    expect((await other.segment(noise(96, 64), { threshold: 0.3 })).segments.length).toBeGreaterThan(0);
    other.dispose();
  });

  test.each([0, 2, 10, 40])(
    'a device lost %i ms into loading: the model answers, or the next load does',
    async (delay) => {
      const before = await segmenter.segment(noise(96, 64), { threshold: 0.3 });
      const loading = Segmenter.load(MODEL);
      setTimeout(() => device().destroy(), delay);
      const other = await loading.catch(async (error: unknown) => {
        expect(error).toBeInstanceOf(BackendError);
        return Segmenter.load(MODEL);
      });
      await new Promise((resolve) => setTimeout(resolve, delay)); // which may be behind the load
      expect(await other.segment(noise(96, 64), { threshold: 0.3 })).toEqual(before);
      other.dispose();
    },
  );

  test('weights that only the device had are said to be gone', async () => {
    const { params } = segmenter.loaded.model;
    params.touch(); // as an optimizer does
    device().destroy();
    const call = segmenter.segment(noise(96, 64));
    await expect(call).rejects.toThrow('webgpu: expected weights from a source to upload again, got some that only');
  });

  test('images of many sizes take less than twice what the largest needs, and dispose gives it back', async () => {
    await segmenter.segment(noise(192, 192));
    const largest = pool().numBytesAllocated;
    for (const [width, height] of [
      [96, 64],
      [64, 96],
      [192, 128],
      [128, 192],
      [192, 160],
    ]) {
      await segmenter.segment(noise(width, height));
      expect(pool().numBytesAllocated).toBeLessThan(2 * largest);
    }
    const { numBytesUsed } = pool();
    segmenter.dispose();
    expect(pool().numBytesUsed).toBeLessThan(numBytesUsed / 2);
    expect(pool().numBytesAllocated).toBe(pool().numBytesUsed);
  });
});
