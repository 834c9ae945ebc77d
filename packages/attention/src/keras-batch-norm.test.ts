import { ParamStore } from '@seg/core';
import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { KerasBatchNorm } from './keras-batch-norm.ts';

onEveryBackend('batch norm under Keras’s keys', () => {
  test('taken out of training it keeps its statistics, and is the map that it is at inference', async () => {
    const params = new ParamStore();
    const norm = new KerasBatchNorm(params.root, { shape: [6] });
    const x = tf.randomNormal<tf.Rank.R2>([20, 6], 3, 2, 'float32', 5);
    const statistics = async () =>
      Promise.all([norm.mean, norm.variance].map(async (each) => [...(await each.data())]));
    const first = await statistics();
    tf.dispose(params.train(() => norm.forward(x)));
    const moved = await statistics();
    expect(moved).not.toEqual(first);
    norm.gain.trainable = false;
    norm.bias.trainable = false;
    const [trained, used] = [params.train(() => norm.forward(x)), norm.forward(x)];
    expect(await trained.data()).toEqual(await used.data());
    expect(await statistics()).toEqual(moved);
    tf.dispose([x, trained, used]);
    params.dispose();
  });
});
