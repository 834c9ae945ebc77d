import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fittedSize, rescaledSize } from '../src/resize/published-sizes.ts';
import { resizeImageAligned } from '../src/resize/resize-image-aligned.ts';
import { resizeImageOpenCv } from '../src/resize/resize-image-opencv.ts';
import { shortestEdgeSize } from '../src/resize/shortest-edge-size.ts';
import type { ImageSize } from '../src/rgb-image.ts';
import { fnv1a, noise } from './noise.ts';

type Case = { from: ImageSize; to: ImageSize; opencv: number; opencvStart: number[]; aligned: number[] };
type Rule = { size: ImageSize; rescaled: ImageSize; light: ImageSize; square641: ImageSize; square1025: ImageSize };

// What OpenCV and TensorFlow make of the same formula images; see fixtures/make-published-resizes.py.
const fixture = new URL('../src/resize/fixtures/published-resizes.json', import.meta.url);
const { cases, rules } = JSON.parse(readFileSync(fixture, 'utf8')) as { cases: Case[]; rules: Rule[] };
const titled = cases.map((one) => [`${one.from.join('x')} to ${one.to.join('x')}`, one] as const);

describe('resizing as other frameworks do', () => {
  test.each(titled)('equals OpenCV in every byte: %s', (_, { from, to, opencv, opencvStart }) => {
    const { data, height, width } = resizeImageOpenCv(noise(from), to);
    expect([height, width]).toEqual(to);
    expect([...data.subarray(0, 12)]).toEqual(opencvStart);
    expect(fnv1a(data)).toBe(opencv);
  });

  test.each(titled)("equals TensorFlow's with aligned corners: %s", (_, { from, to, aligned }) => {
    const { data } = resizeImageAligned(noise(from), to);
    const step = Math.max(1, Math.floor(data.length / 12));
    // Fixtures are rounded to four places; float32 keeps about five of values up to 255.
    for (const [i, expected] of aligned.entries()) expect(Math.abs(data[i * step] - expected)).toBeLessThan(1.5e-4);
  });

  test.each(rules)('sizes of $size by mmcv and deeplab2', ({ size, rescaled, light, square641, square1025 }) => {
    expect(rescaledSize(size, { shortestEdge: 800, longestEdge: 1333 })).toEqual(rescaled);
    expect(rescaledSize(size, { shortestEdge: 448, longestEdge: 768 })).toEqual(light);
    expect(fittedSize(size, 641)).toEqual(square641);
    expect(fittedSize(size, 1025)).toEqual(square1025);
  });

  test('an image so thin that a side would vanish keeps a pixel', () => {
    expect(rescaledSize([5000, 1], { shortestEdge: 800, longestEdge: 1333 })).toEqual([1333, 1]);
    expect(shortestEdgeSize([1, 5000], { shortestEdge: 800, longestEdge: 1333 })).toEqual([1, 1333]);
    expect(fittedSize([5000, 1], 641)).toEqual([641, 1]);
  });

  test('sizes below one pixel are refused', () => {
    expect(() => resizeImageOpenCv(noise([4, 5]), [0, 3])).toThrow('resizeImageOpenCv: expected a height and width');
    expect(() => resizeImageAligned(noise([4, 5]), [3, 0])).toThrow('resizeImageAligned: expected a height and width');
  });
});
