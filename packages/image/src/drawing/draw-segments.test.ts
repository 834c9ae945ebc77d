import { describe, expect, test } from 'vitest';

import type { Segment, SegmentMap } from '../segment-map.ts';
import type { Pixels } from './canvas.ts';
import { drawOnCanvas, type PixelContext } from './draw-on-canvas.ts';
import { drawSegments } from './draw-segments.ts';
import { drawLegend, legendEntries } from './legend.ts';
import { segmentAt } from './segment-at.ts';

const [WIDTH, HEIGHT] = [60, 30];
const CATEGORIES = [{ name: 'cat', color: [200, 0, 0] as [number, number, number] }, { name: 'sky' }];

/** Two cats side by side below the sky, and nothing at the right. */
function map(): SegmentMap {
  const ids = Int32Array.from({ length: WIDTH * HEIGHT }, (_, i) => {
    const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
    return x >= 50 ? 0 : y < 10 ? 3 : x < 25 ? 1 : 2;
  });
  const segment = (id: number, category: number, area: number): Segment => {
    return { id, category, isThing: category === 0, score: 0.9, area, bbox: [0, 0, 1, 1] };
  };
  return { ids, width: WIDTH, height: HEIGHT, segments: [segment(1, 0, 500), segment(2, 0, 500), segment(3, 1, 500)] };
}

function rgb(): Pixels {
  return {
    data: Uint8Array.from({ length: 3 * WIDTH * HEIGHT }, (_, i) => (i * 7) % 256),
    width: WIDTH,
    height: HEIGHT,
  };
}

/** The same picture as `ImageData` has it. */
function rgba(alpha = 255): Pixels {
  const { data } = rgb();
  const bytes = Uint8ClampedArray.from({ length: 4 * WIDTH * HEIGHT }, (_, i) => {
    return i % 4 === 3 ? alpha : alpha === 0 ? 0 : data[3 * (i >> 2) + (i % 4)];
  });
  return { data: bytes, width: WIDTH, height: HEIGHT };
}

const pixel = ({ data }: Pixels, x: number, y: number, channels = 4) =>
  [...data].slice(channels * (y * WIDTH + x), channels * (y * WIDTH + x + 1));

describe('segments', () => {
  test('are the same in RGB and in the bytes of a canvas', () => {
    const [plain, canvas] = [rgb(), rgba()];
    for (const pixels of [plain, canvas]) {
      drawSegments(pixels, map(), CATEGORIES);
      drawLegend(pixels, legendEntries(map(), CATEGORIES));
    }
    expect(canvas.data.filter((_, i) => i % 4 !== 3)).toEqual(Uint8ClampedArray.from(plain.data));
    expect(canvas.data.filter((_, i) => i % 4 === 3).every((alpha) => alpha === 255)).toBe(true);
    expect(plain.data).not.toEqual(rgb().data);
  });

  test('on a transparent canvas are a layer of their own opacity', () => {
    const layer = rgba(0);
    drawSegments(layer, map(), CATEGORIES, { labels: false });
    expect(pixel(layer, 5, 20)).toEqual([200, 0, 0, 128]); // thing: one half
    expect(pixel(layer, 55, 20)).toEqual([0, 0, 0, 0]); // no segment
    expect(pixel(layer, 5, 10)).toEqual([222, 102, 102, 242]); // outline: 200 + 55 · 0.4, 95 %
  });

  test('parts can be left out, and one can stand out', () => {
    const none = rgb();
    drawSegments(none, map(), CATEGORIES, { fill: false, outlines: false, labels: false });
    expect(none.data).toEqual(rgb().data);
    const pointed = rgba(0);
    drawSegments(pointed, map(), CATEGORIES, { fill: false, outlines: false, labels: false, highlight: 1 });
    expect(pixel(pointed, 5, 20)[3]).toBe(191); // 0.75 · 255
    expect(pixel(pointed, 40, 20)[3]).toBe(0);
  });

  test('steady colors are those of ids, whatever the order', () => {
    const draw = (segments: Segment[]) => {
      const pixels = rgba(0);
      drawSegments(pixels, { ...map(), segments }, CATEGORIES, { labels: false, steadyColors: true });
      return [pixel(pixels, 5, 20), pixel(pixels, 40, 20)];
    };
    const { segments } = map();
    expect(draw(segments.toReversed())).toEqual(draw(segments));
    expect(draw(segments)[0]).not.toEqual(draw(segments)[1]);
  });

  test('of another size, and pixels that are none, are refused', () => {
    expect(() => drawSegments({ data: new Uint8Array(3), width: 1, height: 1 }, map(), CATEGORIES)).toThrow(
      'drawSegments: expected a map of 1x1, got 60x30',
    );
    expect(() => drawSegments({ ...rgb(), width: 1 }, map(), CATEGORIES)).toThrow(
      'expected 3 or 4 bytes for each pixel',
    );
  });
});

test('a canvas: its own bytes are drawn into and put back', () => {
  const [own, expected] = [rgba(), rgba()];
  let put: unknown = null;
  const context = { getImageData: () => own, putImageData: (data: unknown) => (put = data) } as unknown as PixelContext;
  drawOnCanvas(context, map(), CATEGORIES, { legend: true });
  drawSegments(expected, map(), CATEGORIES);
  drawLegend(expected, legendEntries(map(), CATEGORIES));
  expect(put).toBe(own);
  expect(own.data).toEqual(expected.data);
});

describe('a legend', () => {
  test('has a class once, with its number and part, the largest first', () => {
    const entries = legendEntries(map(), CATEGORIES);
    expect(entries.map(({ name, count, share }) => [name, count, share])).toEqual([
      ['cat', 2, 1000 / 1800],
      ['sky', 1, 500 / 1800],
    ]);
    expect(entries[0].color).toEqual([200, 0, 0]);
  });

  test.each(['top-left', 'top-right', 'bottom-left', 'bottom-right'] as const)('stands in the corner %s', (corner) => {
    const pixels = rgba(0);
    drawLegend(pixels, legendEntries(map(), CATEGORIES), corner);
    const corners = { 'top-left': [0, 0], 'top-right': [59, 0], 'bottom-left': [0, 29], 'bottom-right': [59, 29] };
    for (const [name, [x, y]] of Object.entries(corners))
      expect(pixel(pixels, x, y)[3] > 0, name).toBe(name === corner);
  });

  test('of nothing, or without room, is nothing', () => {
    const pixels = rgba(0);
    drawLegend(pixels, []);
    expect(pixels.data.every((byte) => byte === 0)).toBe(true);
    const flat = { data: new Uint8Array(30), width: 10, height: 1 };
    drawLegend(flat, legendEntries(map(), CATEGORIES));
    expect(flat.data.every((byte) => byte === 0)).toBe(true);
  });
});

test('a point has the segment that is there', () => {
  expect(segmentAt(map(), 24.9, 20)?.id).toBe(1);
  expect(segmentAt(map(), 25, 20)?.id).toBe(2);
  expect(segmentAt(map(), 0, 0)?.id).toBe(3);
  const outside: [x: number, y: number][] = [[55, 20], [-0.1, 5], [60, 5], [5, 30], [Number.NaN, 5]]; // biome-ignore format: one line
  for (const [x, y] of outside) expect(segmentAt(map(), x, y)).toBe(null);
});
