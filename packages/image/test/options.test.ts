import { expect, it, test } from 'vitest';

import {
  decodeImage,
  drawLegend,
  drawOnCanvas,
  drawOverlay,
  drawSegments,
  imageFrames,
  type PixelContext,
  type RgbImage,
  rawFrames,
  readImageHeader,
  resizeImage,
  type SegmentMap,
} from '../src/index.ts';
import { frameFolder } from '../src/node.ts';

const image: RgbImage = { data: new Uint8Array(12), width: 2, height: 2 };
const segment = {
  id: 1,
  category: 0,
  isThing: true,
  score: 1,
  area: 4,
  bbox: [0, 0, 2, 2] as [number, number, number, number],
};
const map: SegmentMap = { ids: new Int32Array(4), width: 2, height: 2, segments: [segment] };
const context = {
  getImageData: () => ({ ...image, data: new Uint8ClampedArray(16) }),
  putImageData: () => {},
} as unknown as PixelContext;

/** Calls with whatever a caller without types may give. */
const calls: Record<string, (options: never) => unknown> = {
  drawSegments: (o) => drawSegments(image, map, [], o),
  drawOverlay: (o) => drawOverlay(image, map, [], o),
  drawOnCanvas: (o) => drawOnCanvas(context, map, [], o),
  resizeImage: (o) => resizeImage(image, [1, 1], o),
  decodeImage: (o) => decodeImage(new Uint8Array(1), 'a', o),
  readImageHeader: (o) => readImageHeader(new Uint8Array(1), 'a', o),
  imageFrames: (o) => imageFrames((async function* () {})(), o).next(),
  rawFrames: (o) => rawFrames((async function* () {})(), o).next(),
  frameFolder: (o) => frameFolder('nowhere', o).next(),
};

it.each(Object.keys(calls))('%s refuses options that it does not know, and null', async (name) => {
  const call = async (options: unknown) => calls[name](options as never);
  await expect(call({ resample: 1 })).rejects.toThrow(new RegExp(`^${name}: expected nothing but .*, got resample 1$`));
  await expect(call(null)).rejects.toThrow(`${name}: expected an object of options, got null`);
});

it.each<[string, object, string]>([
  ['drawSegments', { fill: 1 }, 'drawSegments: expected true or false as fill, got 1'],
  ['drawOverlay', { labels: 'no' }, 'drawOverlay: expected true or false as labels, got "no"'],
  ['drawOnCanvas', { legend: 1 }, 'drawOnCanvas: expected true or false as legend, got 1'],
  ['drawSegments', { highlight: Number.NaN }, 'drawSegments: expected an id, or null as highlight, got NaN'],
  ['resizeImage', { filter: 'constructor' }, 'resizeImage: expected a filter of Pillow, got constructor'],
  [
    'decodeImage',
    { minSide: 1, maxSide: Number.NaN, maxPixels: 1 },
    'decodeImage: expected limits in numbers, got 1, NaN, 1',
  ],
  ['imageFrames', { fps: Number.NaN }, 'imageFrames: expected a number above 0 as fps, got NaN'],
  ['rawFrames', { width: 1, height: 1, pixelFormat: 'rgb' }, 'rawFrames: expected pixels rgb24'],
])('%s refuses %j', async (name, options, message) => {
  await expect((async () => calls[name](options as never))()).rejects.toThrow(message);
});

it.each<[() => unknown, string]>([
  [
    () => drawLegend(image, [], 'top' as never),
    'drawLegend: expected top-left, top-right, bottom-left, bottom-right as corner',
  ],
  [() => drawLegend(image, null as never), 'drawLegend: expected a list of entries as entries, got null'],
  [() => drawSegments(image, null as never, []), 'drawSegments: expected a map with ids and segments as map, got null'],
  [() => drawOverlay(image, map, null as never), 'drawOverlay: expected a list as categories, got null'],
  [() => resizeImage(image, null as never), 'resizeImage: expected a height and width of 1 or more, got null'],
])('what cannot be is refused: %s', (call, message) => {
  expect(call).toThrow(message);
});

test('a segment that no pixel has is drawn without a label', () => {
  expect(drawOverlay(image, map, []).width).toBeGreaterThan(0);
});
