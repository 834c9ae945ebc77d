import { onEveryBackend } from '@seg/testing';
import { expect, test } from 'vitest';

import { sinePosition } from './sine-position.ts';

onEveryBackend('sine position', () => {
  // DETR's encoding of a 2 × 3 map with 128 channels an axis, printed from the reference.
  test.each([
    [0, 0, 0, 1e-6],
    [1, 0, 0, -1],
    [2, 0, 0, 0.408752],
    [3, 0, 0, -0.912645],
    [128, 0, 0, 0.866026],
    [129, 0, 0, -0.499999],
    [130, 1, 1, -0.466871],
    [254, 1, 2, 0.000726],
  ])('channel %i at row %i, column %i is %f', async (channel, y, x, expected) => {
    const values = await sinePosition(2, 3, { dim: 256 }).data();
    expect(values[(y * 3 + x) * 256 + channel]).toBeCloseTo(expected, 5);
  });
});
