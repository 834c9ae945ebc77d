import { seededRandom } from '@seg/core';
import { expect, test } from 'vitest';

import type { PanopticSample } from '../data-sets/panoptic-sample.ts';
import { generateScene } from '../scenes/generate-scene.ts';
import { augment } from './augment.ts';
import { jitterColor } from './color-jitter.ts';
import { flipHorizontally } from './flip.ts';
import { jitterScale } from './scale-jitter.ts';

/** One pixel is white and belongs to segment 1. */
function dot(height: number, width: number, row: number, column: number): PanopticSample {
  const ids = new Int32Array(height * width);
  const data = new Uint8Array(3 * height * width);
  ids[row * width + column] = 1;
  data.fill(255, 3 * (row * width + column), 3 * (row * width + column) + 3);
  return { name: 'dot', image: { data, width, height }, ids, segments: [{ id: 1, category_id: 1, iscrowd: 0 }] };
}

/** Random numbers from a list. */
const given =
  (...numbers: number[]) =>
  () =>
    numbers.shift()!;

test('flipping moves pixels and ids together, and twice is nothing', () => {
  const flipped = flipHorizontally(dot(2, 5, 1, 1));
  expect(flipped).toEqual(dot(2, 5, 1, 3));
  expect(flipHorizontally(flipped)).toEqual(dot(2, 5, 1, 1));
});

test('scale 1 is the image itself', () => {
  const sample = dot(8, 8, 2, 3);
  expect(jitterScale(sample, { size: [8, 8], range: [1, 1] }, given(0, 0.7))).toEqual(sample);
});

test('a small scale pads right and below with grey and void', () => {
  const { image, ids } = jitterScale(dot(8, 8, 0, 0), { size: [8, 8], range: [0.5, 0.5] }, given(0, 0.7));
  const isPadded = Array.from(ids, (_, i) => image.data[3 * i] === 128);
  expect(isPadded.filter(Boolean).length).toBe(64 - 16);
  expect(isPadded[3 * 8 + 3]).toBe(false);
  expect(isPadded[4 * 8]).toBe(true);
  expect(ids.some((id, i) => id !== 0 && isPadded[i])).toBe(false);
});

test('a large scale crops both sides at the same fraction', () => {
  // 8x8 to 16x16; u = 0.75 gives offset 6 of 8, so source pixel (5, 5), rows 10 and 11, comes to rows 4 and 5.
  const { ids } = jitterScale(dot(8, 8, 5, 5), { size: [8, 8], range: [2, 2] }, given(0, 0.75));
  const expected = new Int32Array(64);
  for (const i of [36, 37, 44, 45]) expected[i] = 1;
  expect(ids).toEqual(expected);
});

test('the aspect is kept: the image is fitted into the scaled size', () => {
  const { image } = jitterScale(dot(10, 20, 0, 0), { size: [16, 16], range: [1, 1] }, given(0, 0));
  const padded = Array.from({ length: 16 }, (_, y) => image.data[3 * y * 16] === 128);
  expect(padded.indexOf(true)).toBe(8);
});

test('colors move within bounds, and grey stays grey', () => {
  const { image } = generateScene({ seed: 4, height: 32, width: 32 });
  const changed = new Set<string>();
  for (let seed = 0; seed < 20; seed++) changed.add(jitterColor(image, seededRandom(seed)).data.slice(0, 60).join());
  expect(changed.size).toBeGreaterThan(12);
  const grey = { data: new Uint8Array(12).fill(100), width: 2, height: 2 };
  for (let seed = 0; seed < 20; seed++) expect(new Set(jitterColor(grey, seededRandom(seed)).data).size).toBe(1);
});

test('hue turns around the color wheel', () => {
  // u: no brightness, contrast first but none, no saturation, hue by (2·1 − 1)·18/180 = 0.1 turns.
  const turned = jitterColor(
    { data: Uint8Array.of(200, 50, 50), width: 1, height: 1 },
    given(0.9, 0.1, 0.9, 0.9, 0.1, 1),
  );
  expect([...turned.data]).toEqual([200, 140, 50]); // 36 degrees: green = 50 + 150 · 0.6
});

test('equal random numbers give equal samples', () => {
  const { image, panoptic, segments } = generateScene({ seed: 4, height: 48, width: 64 });
  const sample = { name: '', image, ids: panoptic, segments: segments.map((s) => ({ ...s, iscrowd: 0 as const })) };
  const options = { scale: { size: [40, 40] as [number, number] }, color: true };
  const [once, twice] = [augment(sample, options, seededRandom(9)), augment(sample, options, seededRandom(9))];
  expect(once).toEqual(twice);
  expect(once.image.data.length).toBe(40 * 40 * 3);
});
