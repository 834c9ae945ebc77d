import { init, ParamStore } from '@seg/core';
import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { Swin } from '../src/backbones/swin.ts';
import { buildModel } from '../src/index.ts';
import { TINY_DESCRIPTIONS } from './tiny-descriptions.ts';

const TINY = { window: 2, dim: 4, depths: [2, 1, 1, 1], numHeads: [1, 1, 1, 1] };

/** Runs inputs of twenty sizes, then the first again. @returns Tensors held behind each, and whether it gave the same */
async function goThrough(run: (size: number) => tf.Tensor): Promise<{ held: number[]; isSame: boolean }> {
  const held: number[] = [];
  const first = await run(0).data();
  for (let size = 1; size <= 20; size++) {
    tf.dispose(tf.tidy(() => run(size)));
    held.push(tf.memory().numTensors);
  }
  const again = await run(0).data();
  return { held, isSame: first.every((value, i) => value === again[i]) };
}

const image = (height: number, width: number) =>
  tf.randomUniform<tf.Rank.R4>([1, height, width, 3], -1, 1, 'float32', 1);

onEveryBackend('models at many sizes', () => {
  test('a Swin keeps what it made for the last eight', async () => {
    init.seedInitializers(1);
    const params = new ParamStore();
    const model = new Swin(params.root, { type: 'swin', ...TINY });
    const { held, isSame } = await goThrough((size) => tf.tidy(() => model.forward(image(32, 32 + 16 * size))[0]!));
    expect(isSame).toBe(true);
    expect(held[19]).toBe(held[9]);
    params.dispose();
  });

  test('so does a MaX-DeepLab', async () => {
    init.seedInitializers(1);
    const params = new ParamStore();
    const { network } = buildModel(params, TINY_DESCRIPTIONS['max-deeplab']!.config);
    const { held, isSame } = await goThrough((size) =>
      tf.tidy(() => (network.forward(image(33, 33 + 16 * size)) as { maskLogits: tf.Tensor }).maskLogits),
    );
    expect(isSame).toBe(true);
    expect(held[19]! - held[9]!).toBe(0);
    params.dispose();
  });
});
