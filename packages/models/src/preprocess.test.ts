import { type Size, useBackend } from '@seg/core';
import type { RgbImage } from '@seg/image';
import { beforeAll, describe, expect, test } from 'vitest';

import { readPreprocessing } from './hugging-face/preprocessing.ts';
import { ORIGINAL_PREPROCESSING, preprocess, preprocessedSize } from './preprocess.ts';
import { PRESETS } from './systems/systems.ts';

const gray = ([height, width]: Size, value: number): RgbImage => {
  return { data: new Uint8Array(height * width * 3).fill(value), width, height };
};

beforeAll(async () => void (await useBackend('cpu')));

describe('an image of 480 × 640 as the originals see it', () => {
  // Sizes by the specifications of the originals' tests: detectron2, mmcv and deeplab2.
  test.each([
    ['mask2former-r50-coco-panoptic', [800, 1067], [800, 1088]],
    ['maskformer-swin-t-coco', [800, 1067], [800, 1067]],
    ['maskformer-swin-t-ade20k', [512, 683], [512, 704]],
    ['solov2-r50-coco', [800, 1067], [800, 1088]],
    ['decoupled-solo-light-r50-coco', [512, 683], [512, 704]],
    ['panoptic-segformer-r50-coco', [800, 1067], [800, 1067]],
    ['max-deeplab-s-coco-641', [481, 641], [641, 641]], // 641 × 854 on the way, rounded down
  ] as const)('%s: resized to %j, padded to %j', (name, resized, padded) => {
    const image = gray([480, 640], 100);
    const { pixels, geometry } = preprocess([image], PRESETS[name].preprocessing);
    expect(geometry).toEqual([{ originalSize: [480, 640], resizedSize: resized, paddedSize: padded }]);
    expect(pixels.shape).toEqual([1, ...padded, 3]);
    expect(preprocessedSize(image, PRESETS[name].preprocessing)).toEqual(padded);
    pixels.dispose();
  });
});

test.each([
  ['no pixels', { data: new Uint8Array(0), width: 0, height: 4 }, 'of 0x4, got 0'],
  ['an alpha channel', { data: new Uint8Array(4 * 4 * 4), width: 4, height: 4 }, 'of 4x4, got 64'],
])('an image with %s is refused', (_, image, message) => {
  expect(() => preprocessedSize(image, ORIGINAL_PREPROCESSING)).toThrow(
    `preprocess: expected 3 bytes for each pixel ${message}`,
  );
  expect(() => preprocess([image], ORIGINAL_PREPROCESSING)).toThrow(message);
});

test("Hugging Face's divisor of 0 is one of 1", () => {
  expect(readPreprocessing('p.json', { size: 64, size_divisor: 0 }).divisor).toBe(1);
  expect(readPreprocessing('p.json', { size: 64 }).divisor).toBe(32);
});

test('deeplab2: black is −1, white 1, and where there is no image 0', async () => {
  const preprocessing = {
    ...PRESETS['max-deeplab-s-coco'].preprocessing,
    resize: { kind: 'square', side: 9 },
  } as const;
  const { pixels } = preprocess([gray([4, 9], 0), gray([4, 9], 255)], preprocessing);
  const values = await pixels.data();
  const rows = (image: number) => Array.from({ length: 9 }, (_, y) => values[(image * 81 + y * 9) * 3]);
  expect(rows(0)).toEqual([-1, -1, -1, -1, 0, 0, 0, 0, 0]);
  expect(rows(1)).toEqual([1, 1, 1, 1, 0, 0, 0, 0, 0]);
  pixels.dispose();
});

test('images of different sizes share the larger, and zeros fill the smaller', async () => {
  const preprocessing = { ...PRESETS['solov2-r50-coco'].preprocessing, resize: { kind: 'none' } } as const;
  const { pixels, geometry } = preprocess([gray([20, 40], 255), gray([33, 10], 255)], preprocessing);
  expect(geometry.map(({ paddedSize }) => paddedSize)).toEqual([[64, 64], [64, 64]]); // biome-ignore format: one step
  const values = await pixels.data();
  const filled = [0, 1].map((i) => values.slice(i * 64 * 64 * 3, (i + 1) * 64 * 64 * 3).filter((v) => v !== 0).length);
  expect(filled).toEqual([20 * 40 * 3, 33 * 10 * 3]);
  pixels.dispose();
});
