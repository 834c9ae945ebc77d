import { expectClose, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { test } from 'vitest';

import { sinePosition, sinePositions, sinePositionsReference } from './sine-position.ts';

onEveryBackend('sine positions', () => {
  const levels: [number, number][] = [[3, 5], [1, 4], [7, 2]]; // biome-ignore format: sizes

  test.each([16, 12])('of levels with an embedding each are those of the plain reference, %i channels', async (dim) => {
    const config = { dim, offset: -0.5, temperature: 20 };
    const embeddings = tf.randomNormal<tf.Rank.R2>([3, dim], 0, 1, 'float32', 1);
    const expected = sinePositionsReference({ embeddings }, { ...config, levels });
    await expectClose(sinePositions(levels, config, embeddings), expected, { absolute: 0, relative: 0 });
  });

  test('of one level are the same, alone or among others', async () => {
    const all = sinePositions(levels, { dim: 16 });
    const second = tf.slice(all, [15, 0], [4, 16]);
    await expectClose(sinePosition(1, 4, { dim: 16 }), second, { absolute: 0, relative: 0 });
    await expectClose(all, sinePositionsReference({}, { dim: 16, levels }), { absolute: 0, relative: 0 });
  });
});
