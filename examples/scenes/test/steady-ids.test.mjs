import path from 'node:path';
import { useBackend } from '@seg/core';
import { Segmenter } from '@seg/models';
import { expect, test } from 'vitest';

import { compareIds } from '../video-quality.mjs';

const model = path.join(import.meta.dirname, '../../mask2former/model');

// Videos of the testing split, which nothing was chosen on
test('98 % of the things found in two neighboring frames keep their id, 95 % without embeddings', async () => {
  await useBackend('wasm');
  const segmenter = await Segmenter.load(model);
  const [still, tracked, placed] = await compareIds(segmenter, { videos: 5, frames: 12 });
  segmenter.dispose();
  expect(tracked.pairs).toBeGreaterThan(150);
  expect(still.things).toBeLessThan(85);
  expect(tracked.things).toBeGreaterThanOrEqual(98);
  expect(tracked.all).toBeGreaterThanOrEqual(98);
  expect(placed.things).toBeGreaterThanOrEqual(95);
  // What is seen in a frame alone does not change, what is seen over frames does
  expect(tracked.pq).toBe(still.pq);
  expect(tracked.sq).toBe(still.sq);
  expect(tracked.vpqOfThings).toBeGreaterThan(still.vpqOfThings + 3);
  expect(tracked.aq).toBeGreaterThan(still.aq + 10);
});
