import type { Size } from '@seg/core';
import type { RgbImage } from '@seg/image';
import { describe, expect, test } from 'vitest';

import { ORIGINAL_PREPROCESSING, type Preprocessing } from '../preprocess.ts';
import { groupBySize } from './group-by-size.ts';

const HALF_SIZE: Preprocessing = {
  ...ORIGINAL_PREPROCESSING,
  resize: { kind: 'shortest-edge', shortestEdge: 64, longestEdge: 128 },
};

describe('images that share a pass', () => {
  test('have one padded size, whatever their own; groups and their images keep the order', () => {
    // Behind the resize 64×96, 96×64, 64×86 padded to 64×96, 64×64, 64×96
    const sizes: Size[] = [[32, 48], [48, 32], [75, 101], [50, 50], [320, 480]]; // biome-ignore format: one step
    expect(groupBySize(sizes.map(blank), HALF_SIZE, 1e6)).toEqual([[0, 2, 4], [1], [3]]); // biome-ignore format: one step
  });

  test('are no more than their pixels allow, but never none', () => {
    const images = Array.from({ length: 5 }, () => blank([64, 96]));
    expect(groupBySize(images, HALF_SIZE, 2 * 64 * 96)).toEqual([[0, 1], [2, 3], [4]]); // biome-ignore format: one step
    expect(groupBySize(images.slice(3), HALF_SIZE, 1)).toEqual([[0], [1]]);
  });

  test('are all of them where every image is padded to one square', () => {
    const images = ([[10, 20], [20, 10], [7, 7]] as Size[]).map(blank); // biome-ignore format: one step
    expect(groupBySize(images, { ...HALF_SIZE, resize: { kind: 'square', side: 65 } }, 1e6)).toEqual([[0, 1, 2]]);
  });

  test('no image is no pass', () => {
    expect(groupBySize([], HALF_SIZE, 1e6)).toEqual([]);
  });
});

function blank([height, width]: Size): RgbImage {
  return { data: new Uint8Array(height * width * 3), width, height };
}
