import { expect, test } from 'vitest';
import { decodeImage } from './decode-image.ts';
import { expectImage } from './expect-image.ts';
import { encodePng } from './png/encode-png.ts';
import { encodePanopticPng } from './png/panoptic-png.ts';
import { resizeImage } from './resize/resize-image.ts';

const bytes = (length: number) => new Uint8Array(length);

test.each([
  [undefined, 'an image with data, width and height, got undefined'],
  [null, 'an image with data, width and height, got null'],
  ['a.jpg', 'an image with data, width and height, got text'],
  [{}, 'bytes (Uint8Array) as data of an image, got undefined'],
  [Promise.resolve(), 'bytes (Uint8Array) as data of an image, got undefined'],
  [{ data: [1, 2, 3], width: 1, height: 1 }, 'bytes (Uint8Array) as data of an image, got a value of type Array'],
  [{ data: new Float32Array(3), width: 1, height: 1 }, 'got a value of type Float32Array'],
  [{ data: bytes(12), width: 2.5, height: 1.6 }, '3 bytes for each pixel of 2.5x1.6, got 12'],
  [{ data: bytes(12), width: -2, height: -2 }, '3 bytes for each pixel of -2x-2, got 12'],
  [{ data: bytes(0), width: 0, height: 0 }, '3 bytes for each pixel of 0x0, got 0'],
  [{ data: bytes(0), width: Number.NaN, height: 3 }, '3 bytes for each pixel of NaNx3, got 0'],
  [{ data: bytes(16), width: 2, height: 2 }, '3 bytes for each pixel of 2x2, got 16'],
])('%o is no image', (image, message) => {
  for (const call of [
    () => expectImage('f', image),
    () => encodePng(image as never),
    () => resizeImage(image as never, [2, 2]),
  ]) {
    expect(call).toThrow(message);
  }
});

test('maps of another length, unknown filters and sizes beyond memory are refused', () => {
  const image = { data: bytes(12), width: 2, height: 2 };
  expect(() => encodePanopticPng({ ids: new Int32Array(3), width: 2, height: 2 })).toThrow(
    'encodePanopticPng: expected an id for each pixel of 2x2, got 3',
  );
  expect(() => resizeImage(image, [2, 2], { filter: 'toString' as never })).toThrow(
    'expected a filter of Pillow, got toString',
  );
  expect(() => resizeImage(image, [1e6, 1e6])).toThrow(
    'resizeImage: expected at most 2^31 bytes, got 1000000x1000000 pixels',
  );
});

test.each([
  ['text', 'a.jpg'],
  ['undefined', undefined],
  ['a list', [255, 216, 255]],
  ['a buffer without a view', new ArrayBuffer(5)],
])('decodeImage refuses %s', async (_, value) => {
  await expect(decodeImage(value as never, 'x')).rejects.toThrow(
    /^decodeImage: expected bytes \(Uint8Array\) of x, got /,
  );
});

test('limits that are no numbers are refused', async () => {
  const png = encodePng({ data: bytes(12), width: 2, height: 2 });
  const limits = { minSide: 1, maxSide: Number.NaN, maxPixels: 100 };
  await expect(decodeImage(png, 'x', limits)).rejects.toThrow(
    'decodeImage: expected limits in numbers, got 1, NaN, 100',
  );
});
