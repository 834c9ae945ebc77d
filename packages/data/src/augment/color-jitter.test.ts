import { seededRandom } from '@seg/core';
import { expect, test } from 'vitest';

import { generateScene } from '../scenes/generate-scene.ts';
import { jitterColor } from './color-jitter.ts';

test('colors move within bounds, and grey stays grey', () => {
  const { image } = generateScene({ seed: 4, height: 32, width: 32 });
  const changed = new Set<string>();
  for (let seed = 0; seed < 20; seed++) changed.add(jitterColor(image, seededRandom(seed)).data.slice(0, 60).join());
  expect(changed.size).toBeGreaterThan(12);
  const grey = { data: new Uint8Array(12).fill(100), width: 2, height: 2 };
  for (let seed = 0; seed < 20; seed++) expect(new Set(jitterColor(grey, seededRandom(seed)).data).size).toBe(1);
});

test('hue turns around the color wheel', () => {
  const numbers = [0.9, 0.1, 0.9, 0.9, 0.1, 1];
  // u: no brightness, contrast first but none, no saturation, hue by (2·1 − 1)·18/180 = 0.1 turns.
  const turned = jitterColor({ data: Uint8Array.of(200, 50, 50), width: 1, height: 1 }, () => numbers.shift()!);
  expect([...turned.data]).toEqual([200, 140, 50]); // 36 degrees: green = 50 + 150 · 0.6
});
