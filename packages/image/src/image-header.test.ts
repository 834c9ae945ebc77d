import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

import { readImageHeader } from './image-header.ts';

// Files from Pillow, with the sizes that it gives after `ImageOps.exif_transpose`; see test/fixtures/make-*.py.
const cases = ['images.json', 'jpegs.json'].flatMap((name) => {
  const { cases: some } = JSON.parse(readFileSync(new URL(`../test/fixtures/${name}`, import.meta.url), 'utf8'));
  return Object.entries(some as Record<string, { file: string; width: number; height: number }>);
});
const bytesOf = (file: string) => new Uint8Array(Buffer.from(file, 'base64'));
const sound = cases.filter(([name, { width }]) => width !== undefined && !/wide|bmp/.test(name));

test.each(sound)('%s: the size that decoding gives, from the header', async (name, { file, width, height }) => {
  expect(await readImageHeader(bytesOf(file), name)).toMatchObject({ width, height });
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])('orientation %i is told', async (orientation) => {
  const [name, { file }] = cases.find(([each]) => each === `orientation-${orientation}.jpg`)!;
  expect((await readImageHeader(bytesOf(file), name)).orientation).toBe(orientation);
});

test('what is no image, is cut short in its header or too large is refused as decoding refuses it', async () => {
  const rgb = bytesOf(cases.find(([name]) => name === 'rgb.jpg')![1].file);
  await expect(readImageHeader(rgb.subarray(0, 40), 'a.jpg')).rejects.toThrow(
    /decodeImage: a\.jpg: expected a whole JPEG/,
  );
  await expect(readImageHeader(new TextEncoder().encode('text'), 'a.txt')).rejects.toThrow(
    'JPEG or PNG image, got text',
  );
  const limits = { minSide: 1, maxSide: 4, maxPixels: 16 };
  await expect(readImageHeader(rgb, 'a.jpg', limits)).rejects.toThrow('sides of at most 4 pixels');
});
