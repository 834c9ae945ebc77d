import { init, ParamStore } from '@seg/core';
import { buildModel } from '@seg/models';
import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { objectiveOf } from '../src/objectives/objective-of.ts';
import { Sgd } from '../src/optimizers/sgd.ts';
import { SMALL_MODELS, type SmallModelName, smallModel } from '../src/recipes/small-models.ts';
import { trainStep } from '../src/train-step.ts';

const SIDE = 64;
const STRIPES = Array.from({ length: 2 * SIDE ** 2 }, (_, i) => Number((i >> 3) % 2 === Math.floor(i / SIDE ** 2)));
const CATEGORIES = [
  { id: 1, name: 'a thing', isThing: true },
  { id: 2, name: 'stuff', isThing: false },
];

/** One step of a small model; what it says and how many tensors it leaves. */
async function stepWith(name: SmallModelName, masks: 'float32' | 'int32' | 'bool', pixels: 'float32' | 'int32') {
  init.seedInitializers(3);
  const params = new ParamStore();
  const { config } = smallModel(name, SIDE);
  const classes = name === 'panoptic_segformer' ? {} : { numClasses: 2 };
  const { network } = buildModel(params, { ...config, ...classes });
  const objective = objectiveOf(network, params, { categories: CATEGORIES, seed: 1 });
  const optimizer = new Sgd(params.trainable());
  const side = name === 'max-deeplab' ? SIDE + 1 : SIDE;
  const image = tf.cast(tf.randomUniform([1, side, side, 3], -2, 2, 'float32', 1), pixels) as tf.Tensor4D;
  const pad = side - SIDE;
  const truth = tf.pad(tf.tensor3d(STRIPES, [2, SIDE, SIDE]), [[0, 0], [0, pad], [0, pad]]); // biome-ignore format: one step
  const batch = { pixels: image, targets: [{ classes: Int32Array.of(0, 1), masks: tf.cast(truth, masks) }] };
  const before = tf.memory().numTensors;
  try {
    const { loss, gradientNorm } = await trainStep(params, optimizer, objective, batch, { step: 0, learningRate: 0 });
    return { loss, gradientNorm, left: tf.memory().numTensors - before };
  } finally {
    optimizer.dispose();
    params.dispose();
  }
}

onEveryBackend('types of the numbers of a batch', () => {
  test.each(SMALL_MODELS)(
    '%s learns from masks of whole numbers and truth values as from floats',
    async (name) => {
      if (tf.getBackend() === 'cpu' && name !== 'mask2former') return; // a step takes half a minute there
      const expected = await stepWith(name, 'float32', 'float32');
      expect(expected.loss).toBeGreaterThan(0);
      for (const masks of ['int32', 'bool'] as const) {
        const found = await stepWith(name, masks, 'float32');
        expect(found.loss / expected.loss).toBeCloseTo(1, 5);
        expect(found.gradientNorm / expected.gradientNorm).toBeCloseTo(1, 3);
        expect(found.left).toBe(expected.left);
      }
      await expect(stepWith(name, 'bool', 'int32')).rejects.toThrow('trainStep: expected pixels as float32, got int32');
    },
    120_000,
  );

  test.each(SMALL_MODELS)('%s alone refuses pixels of whole numbers by name', (name) => {
    const params = new ParamStore();
    const { network } = buildModel(params, smallModel(name, SIDE).config);
    const pixels = tf.zeros<tf.Rank.R4>([1, SIDE + 1, SIDE + 1, 3], 'int32');
    expect(() => tf.tidy(() => network.forward(pixels) && undefined)).toThrow('expected pixels as float32, got int32');
    params.dispose();
  });
});
