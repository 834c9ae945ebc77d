import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { fnv1a, noise } from '../../test/noise.ts';
import type { ImageSize } from '../rgb-image.ts';
import { resizeLabels } from './resize-labels.ts';

type Case = { from: ImageSize; to: ImageSize; hashes: { nearest: number } };

// Results of Pillow for the same formula images; see fixtures/make-pillow-resize.py.
const fixture = new URL('./fixtures/pillow-resize.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(fixture, 'utf8')) as { cases: Case[] };
const titled = cases.map((one) => [`${one.from.join('x')} to ${one.to.join('x')}`, one] as const);

test.each(titled)('labels equal Pillow’s nearest in every byte: %s', (_, { from, to, hashes }) => {
  const { data } = noise(from);
  const channels = [0, 1, 2].map((c) => resizeLabels(Uint8Array.from(data.filter((_, i) => i % 3 === c)), from, to));
  const interleaved = Uint8Array.from({ length: to[0] * to[1] * 3 }, (_, i) => channels[i % 3][Math.floor(i / 3)]);
  expect(fnv1a(interleaved)).toBe(hashes.nearest);
});

test('labels of another size are refused', () => {
  expect(() => resizeLabels(new Int32Array(5), [4, 5], [2, 2])).toThrow('expected 4x5 labels, got 5');
});
