import { expectClose, expectTidy, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { test } from 'vitest';

import { pairCosts, pairCostsReference } from './pair-costs.ts';

const random = (shape: number[], seed: number, deviation: number) =>
  tf.randomNormal(shape, 0, deviation, 'float32', seed);

onEveryBackend('pairCosts', () => {
  const weights = { mask: 5, dice: 4, class: 2 };
  const inputs = () => ({
    logits: tf.concat([random([4, 150], 1, 3), random([3, 150], 2, 40)]), // large ones would overflow an exponential
    targets: tf.sigmoid(random([3, 150], 3, 5)),
    scores: random([7, 70], 4, 5),
    labels: tf.tensor1d([68, 0, 5], 'int32'),
  });

  test('equals its plain reference', async () => {
    const given = inputs();
    const plain = tf.tidy(() => pairCostsReference(given, weights));
    await expectClose(pairCosts(given, weights), plain, { absolute: 2e-5, relative: 2e-5 });
  });

  test('leaves behind nothing but its result', () => {
    const given = inputs();
    expectTidy(() => pairCosts(given, weights));
  });
});
