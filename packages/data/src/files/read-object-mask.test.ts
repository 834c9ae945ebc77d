import path from 'node:path';
import { encode } from 'fast-png';
import { expect, test } from 'vitest';

import { dataFolder, labelPng } from '../../test/data-folder.ts';
import { readObjectMask } from './read-object-mask.ts';

const read = async (png: Uint8Array) => {
  const { labels } = await readObjectMask(path.join(dataFolder({ 'm.png': png }), 'm.png'));
  return Array.from(labels);
};
const png = (channels: 2 | 4, data: number[]) =>
  encode({ data: Uint8Array.from(data), width: data.length / channels, height: 1, channels });

test('what is bright on black, of any depth and value', async () => {
  expect(await read(labelPng(3, [0, 1, 0]))).toEqual([0, 1, 0]);
  expect(await read(labelPng(3, [255, 0, 0]))).toEqual([1, 0, 0]);
  expect(await read(labelPng(3, [0, 1, 1], 16))).toEqual([0, 1, 1]); // whose high bytes are 0
  expect(await read(labelPng(4, [0, 3, 130, 255]))).toEqual([0, 0, 1, 1]); // noise, and a soft edge
  expect(await read(labelPng(2, [0, 0]))).toEqual([0, 0]);
});

test('colors of a palette; indices where all of it is black', async () => {
  const palette = (colors: number[][]) =>
    encode({ data: Uint8Array.from([0, 1]), width: 2, height: 1, channels: 1, palette: colors as never });
  expect(await read(palette([[255, 255, 255], [0, 0, 0]]))).toEqual([1, 0]); // biome-ignore format: a color each
  expect(await read(palette([[0, 0, 0], [0, 0, 0]]))).toEqual([0, 1]); // biome-ignore format: a color each
});

test('what is opaque where something is transparent, whatever its color', async () => {
  expect(await read(png(4, [255, 255, 255, 0, 255, 255, 255, 255]))).toEqual([0, 1]);
  expect(await read(png(4, [0, 0, 0, 0, 0, 0, 0, 255]))).toEqual([0, 1]);
  expect(await read(png(2, [255, 0, 255, 255]))).toEqual([0, 1]);
  expect(await read(png(4, [0, 0, 0, 255, 255, 255, 255, 255]))).toEqual([0, 1]); // all of it is opaque
});

test('a mask that says two things is refused', async () => {
  const both = png(4, [0, 0, 0, 255, 255, 255, 255, 255, 0, 0, 0, 0]);
  await expect(read(both)).rejects.toThrow('m.png: expected a mask in black and white, or in what is opaque, got both');
});
