import type { ImageGeometry } from '@seg/core';
import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';

import { packMask } from './bit-mask.ts';
import { type MaskWiseMergeOptions, maskWiseMerge, mergeMasks, scoreMasks } from './mask-wise-merge.ts';
import type { ScoredMask } from './matrix-nms.ts';

const THING = 0;
const STUFF = 1;
const OPTIONS: MaskWiseMergeOptions = { things: new Set([THING]) };

/** Pixels `from` to `to`, both included, of a row of ten. */
function span(from: number, to: number, category: number, score: number): ScoredMask {
  const values = Array.from({ length: 10 }, (_, i) => (i >= from && i <= to ? 1 : 0));
  return { category, score, mask: packMask(values, 0, 1, [1, 10]) };
}

const merged = (...masks: ScoredMask[]) => Array.from(mergeMasks(masks, [1, 10], OPTIONS).ids).join('');

describe('painting masks one by one', () => {
  test('a thing may be covered up to exactly two fifths', () => {
    expect(merged(span(0, 3, THING, 0.9), span(2, 6, THING, 0.8))).toBe('1111222000'); // 2 of 5
    expect(merged(span(0, 4, THING, 0.9), span(2, 6, THING, 0.8))).toBe('1111100000'); // 3 of 5
  });

  test('stuff may be covered up to exactly one fifth', () => {
    expect(merged(span(0, 2, THING, 0.9), span(2, 6, STUFF, 0.8))).toBe('1112222000'); // 1 of 5
    expect(merged(span(0, 3, THING, 0.9), span(2, 6, STUFF, 0.8))).toBe('1111000000'); // 2 of 5
  });

  test('a score at the threshold suffices, one below does not', () => {
    expect(merged(span(0, 1, THING, 0.25), span(4, 5, THING, 0.2499))).toBe('1100000000');
  });

  test('an empty mask is skipped without taking an id', () => {
    expect(merged(span(5, 4, THING, 0.9), span(0, 1, THING, 0.8))).toBe('1100000000');
  });

  test('the same mask with a second class is dropped', () => {
    expect(merged(span(0, 3, THING, 0.9), span(0, 3, STUFF, 0.8))).toBe('1111000000');
  });
});

const SIZE: [number, number] = [2, 2];
const GEOMETRY: ImageGeometry = { originalSize: SIZE, resizedSize: SIZE, paddedSize: SIZE };

/** One mask of four pixels for each probability. */
function candidates(pixels: number[], probabilities: number[]) {
  const values = pixels.flatMap((value) => probabilities.map(() => value));
  const masks = tf.tensor4d(values, [1, ...SIZE, probabilities.length]);
  return { masks, categories: probabilities.map((_, i) => i), probabilities };
}

onEveryBackend('Scores of masks', () => {
  test('quality is the sum inside over the area and one: p · (Σ / (n + 1))²', async () => {
    const group = candidates([0.5, 0.75, 1.25, 0.25], [0.5]); // inside: 0.75 and 1.25; ½ is not
    const [{ score, mask }] = await scoreMasks([group], GEOMETRY);
    expect(mask.area).toBe(2);
    expect(score).toBeCloseTo(0.5 * (2 / 3) ** 2, 12);
    group.masks.dispose();
  });

  test('exponents are p^alpha · q^beta', async () => {
    const group = candidates([1, 1, 1, 0], [0.5]);
    const [{ score }] = await scoreMasks([group], GEOMETRY, { alpha: 3, beta: 1 });
    expect(score).toBeCloseTo(0.5 ** 3 * 0.75, 12);
    group.masks.dispose();
  });

  test('masks come best first, in their own order where scores are equal', async () => {
    const group = candidates([1, 1, 1, 0], [0.5, 0.9, 0.5]);
    const scored = await scoreMasks([group], GEOMETRY);
    expect(scored.map(({ category }) => category)).toEqual([1, 0, 2]);
    group.masks.dispose();
  });

  test('segments of a map keep class, kind and area, and nothing stays behind', async () => {
    const group = candidates([1, 1, 1, 0], [0.9]);
    const before = tf.memory().numTensors;
    const { segments } = await maskWiseMerge([group], GEOMETRY, OPTIONS);
    expect(tf.memory().numTensors).toBe(before);
    expect(segments).toEqual([
      {
        id: 1,
        category: THING,
        isThing: true,
        score: expect.closeTo(0.9 * 0.75 ** 2, 12),
        area: 3,
        bbox: [0, 0, 2, 2],
      },
    ]);
    group.masks.dispose();
  });
});
