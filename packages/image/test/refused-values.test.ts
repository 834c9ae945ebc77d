import { expect, test } from 'vitest';
import { drawOverlay } from '../src/drawing/overlay.ts';
import { readImageHeader } from '../src/image-header.ts';
import { orient } from '../src/orientation.ts';
import { decodeLabelPng } from '../src/png/label-png.ts';
import { decodePanopticPng } from '../src/png/panoptic-png.ts';
import { resizeImage } from '../src/resize/resize-image.ts';
import { resizeImageAligned } from '../src/resize/resize-image-aligned.ts';
import { resizeImageOpenCv } from '../src/resize/resize-image-opencv.ts';
import { resizeLabels } from '../src/resize/resize-labels.ts';

const image = { data: new Uint8Array(12), width: 2, height: 2 };

test.each([
  [null, 'Null'],
  [[137, 80], 'Array'],
  ['PNG', 'text'],
  [new ArrayBuffer(8), 'ArrayBuffer'],
  [new DataView(new ArrayBuffer(8)), 'DataView'],
])('%o is no file', async (bytes, found) => {
  for (const read of [readImageHeader, decodeLabelPng, decodePanopticPng]) {
    const message = `${read.name}: expected bytes (Uint8Array) of a.png, got ${found}`;
    await expect(read(bytes as never, 'a.png')).rejects.toThrow(message);
  }
});

test.each(['6', 9, 0, -1, 1.5, Number.NaN, null])('an orientation of %j is refused', (orientation) => {
  expect(() => orient(image, orientation as never)).toThrow('orientImage: expected a whole number of 1 to 8, got');
});

test.each([[[2]], [[]], [[2, 2, 2]], [null], ['22'], [[2, undefined]], [new Array(2)], [[2, 0]], [['2', '2']]])(
  'a size of %j is refused',
  (size) => {
    for (const resize of [resizeImage, resizeImageAligned, resizeImageOpenCv])
      expect(() => resize(image, size as never)).toThrow(`${resize.name}: expected a height and width of 1 or more`);
    const labels = new Uint8Array(4);
    expect(() => resizeLabels(labels, [2, 2], size as never)).toThrow('resizeLabels: expected a height and width');
    expect(() => resizeLabels(labels, size as never, [2, 2])).toThrow('resizeLabels: expected a height and width');
  },
);

test('images that are none are refused by all', () => {
  for (const wrong of [null, {}, { ...image, width: 3 }]) {
    for (const resize of [resizeImageAligned, resizeImageOpenCv])
      expect(() => resize(wrong as never, [2, 2])).toThrow(`${resize.name}: expected`);
    expect(() => orient(wrong as never, 3)).toThrow('orientImage: expected');
  }
});

test('a segment without a pixel is drawn as if it were not there', () => {
  const segment = {
    category: 0,
    isThing: true,
    score: 1,
    area: 4,
    bbox: [0, 0, 2, 2] as [number, number, number, number],
  };
  const map = { ids: new Int32Array(4).fill(1), width: 2, height: 2, segments: [{ ...segment, id: 1 }] };
  const unseen = { ...segment, id: 2, isThing: false };
  const drawn = drawOverlay(image, { ...map, segments: [...map.segments, unseen] }, [{ name: 'a' }]);
  expect(drawn).toEqual(drawOverlay(image, map, [{ name: 'a' }]));
});
