import { FormatError } from '@seg/checkpoint/safetensors';
import { encodePng } from '@seg/image';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { pictureBitmap } from './picture-bitmap.ts';

/** A decoder that makes pictures of the size asked for, and remembers what was asked. */
const asked: ImageBitmapOptions[] = [];
let closed = 0;
let natural = { width: 0, height: 0 };

beforeEach(() => {
  asked.length = 0;
  closed = 0;
  vi.stubGlobal('createImageBitmap', async (_: unknown, options: ImageBitmapOptions) => {
    asked.push(options);
    const { width, height } = natural;
    const scale = options.resizeWidth ? options.resizeWidth / width : (options.resizeHeight ?? height) / height;
    natural = { width: Math.round(width * scale), height: Math.round(height * scale) };
    return { ...natural, close: () => closed++ };
  });
});
afterEach(() => vi.unstubAllGlobals());

/** A PNG file whose header claims a size. */
function png(width: number, height: number): File {
  const bytes = encodePng({ data: new Uint8Array(3), width: 1, height: 1 });
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(16, width);
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(20, height);
  natural = { width, height };
  return new File([bytes as Uint8Array<ArrayBuffer>], 'photo.png');
}

test.each([
  [4000, 3000, { resizeWidth: 2048 }],
  [3000, 4000, { resizeHeight: 2048 }],
  [2048, 20, {}],
])('%i × %i is decoded with %o, by its header', async (width, height, expected) => {
  const bitmap = await pictureBitmap(png(width, height), {});
  expect(asked).toEqual([Object.keys(expected).length > 0 ? { ...expected, resizeQuality: 'high' } : {}]);
  expect(Math.max(bitmap.width, bitmap.height)).toBe(2048);
});

test('what turns out larger is reduced again, and the first one closed', async () => {
  const file = png(4000, 3000);
  natural = { width: 3000, height: 4000 }; // turned by its orientation
  const bitmap = await pictureBitmap(file, { maxSide: 1000 });
  expect([bitmap.width, bitmap.height]).toEqual([750, 1000]); // a quarter of 3000 × 4000
  expect(asked.map(({ resizeWidth, resizeHeight }) => [resizeWidth, resizeHeight])).toEqual([
    [1000, undefined],
    [undefined, 1000],
  ]);
  expect(closed).toBe(1);
});

test.each([
  [() => png(20_000, 20_000), 'photo.png to have at most 128 megapixels, got 20000x20000 pixels'],
  [() => new File([new Uint8Array(9)], 'a.txt'), 'a.txt to be a picture that the browser reads, got no pixels'],
  [() => new URL('data:text/plain,none'), 'data:text/plain,none to be a picture'],
])('what cannot be read is refused by its name', async (source, message) => {
  const file = source();
  if (!message.includes('megapixels')) {
    vi.stubGlobal('createImageBitmap', async () => {
      throw new Error('no pixels');
    });
  }
  const reading = pictureBitmap(file, {});
  await expect(reading).rejects.toBeInstanceOf(FormatError);
  await expect(reading).rejects.toThrow(`readPicture: expected ${message}`);
});

test.each([
  { maxSide: Number.NaN },
  { maxSide: 0 },
  { maxSide: -5 },
  { maxSide: 0.5 },
  { maxSide: '9' as never },
  { maxPixels: Number.NaN },
  { maxPixels: 0 },
])('%o is refused by name, and nothing is decoded', async (options) => {
  const [[name, count]] = Object.entries(options);
  const reading = pictureBitmap(png(9, 9), options);
  await expect(reading).rejects.toThrow(`readPicture: expected a whole number above 0 as ${name}, got ${count}`);
  expect(asked).toEqual([]);
});

test('without a bound on its side a picture keeps its size', async () => {
  const { width } = await pictureBitmap(png(4000, 30), { maxSide: Number.POSITIVE_INFINITY });
  expect(width).toBe(4000);
});

test('a signal ends it, before and behind decoding', async () => {
  const reason = new Error('enough');
  await expect(pictureBitmap(png(9, 9), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  const controller = new AbortController();
  const reading = pictureBitmap(png(9, 9), { signal: controller.signal });
  controller.abort(reason);
  await expect(reading).rejects.toBe(reason);
  await vi.waitFor(() => expect(closed).toBe(1));
});

test('a signal ends it at once where an image or a decoder does not answer, and what comes late is closed', async () => {
  class HTMLImageElement {
    decode = () => new Promise(() => {});
  }
  vi.stubGlobal('HTMLImageElement', HTMLImageElement);
  let answer = () => {};
  vi.stubGlobal(
    'createImageBitmap',
    () =>
      new Promise((resolve) => {
        answer = () => resolve({ width: 9, height: 9, close: () => closed++ });
      }),
  );
  for (const source of [new HTMLImageElement() as never, png(9, 9)]) {
    const controller = new AbortController();
    const reading = pictureBitmap(source, { signal: controller.signal });
    await new Promise((resolve) => setTimeout(resolve));
    controller.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
  }
  answer();
  await vi.waitFor(() => expect(closed).toBe(1));
});
