import { init, ParamStore } from '@seg/core';
import { expectClose, expectTidy, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { MaxDeepLabConfig } from './config.ts';
import { decoderSteps } from './decoder-steps.ts';
import { MaxDeepLab } from './max-deeplab.ts';
import { MAX_DEEPLAB_PRESETS } from './presets.ts';

const presets = Object.entries(MAX_DEEPLAB_PRESETS) as [string, MaxDeepLabConfig][];

/** The preset with narrow layers and one or two blocks a stage. */
function narrow(config: MaxDeepLabConfig): MaxDeepLabConfig {
  const { encoder } = config;
  return {
    ...config,
    numClasses: 5,
    numSlots: 6,
    memoryDim: 16,
    embeddingDim: 8,
    headDim: 16,
    encoder: {
      ...encoder,
      stemDim: 8,
      depths: [encoder.depths[0] > 0 ? 1 : 0, 1, 1, 2, 1],
      dims: [16, 16, 32, 64, 64],
      numHeads: 2,
      ffnDim: 32,
    },
  };
}

const SIZE = 33;
const pixels = (batch: number) => tf.randomUniform<tf.Rank.R4>([batch, SIZE, SIZE, 3], -1, 1, 'float32', 5);

/** Residual branches start with a gain of 0: a different one makes all layers count. */
function withGains(params: ParamStore): ParamStore {
  for (const key of params.keys().filter((name) => name.endsWith('/gamma'))) {
    const gain = params.get(key);
    gain.assign(tf.tidy(() => tf.randomUniform(gain.shape, 0.5, 1, 'float32', 7)));
  }
  params.touch();
  return params;
}

onEveryBackend('MaX-DeepLab of every preset, narrow', () => {
  let model: MaxDeepLab;
  beforeEach(() => init.seedInitializers(3));
  afterEach(() => model.dispose());

  test.each(presets)('%s: shapes are right, values finite, nothing left behind', async (_, config) => {
    model = new MaxDeepLab(new ParamStore(), narrow(config));
    withGains(model.params);
    const x = pixels(1);
    const prediction = model.forwardAll(x);
    expect(prediction.classLogits.shape).toEqual([1, 6, 6]);
    expect(prediction.maskLogits.shape).toEqual([1, 9, 9, 6]);
    expect(prediction.pixelFeatures.shape).toEqual([1, 9, 9, 8]);
    expect(prediction.semanticLogits.shape).toEqual([1, 9, 9, 6]);
    for (const tensor of Object.values(prediction)) expect((await tensor.data()).every(Number.isFinite)).toBe(true);
    tf.dispose(prediction);
    expectTidy(() => model.forward(x));
    expectTidy(() => model.forwardAll(x));
    x.dispose();
  });

  test.each(presets)('%s: a batch of two images equals two single runs', async (_, config) => {
    model = new MaxDeepLab(new ParamStore(), narrow(config));
    withGains(model.params);
    const batch = pixels(2);
    const together = model.forwardAll(batch);
    for (const image of [0, 1]) {
      const one = tf.slice(batch, [image, 0, 0, 0], [1, SIZE, SIZE, 3]);
      const alone = model.forwardAll(one);
      for (const name of ['classLogits', 'maskLogits', 'pixelFeatures', 'semanticLogits'] as const) {
        const ours = tf.slice(together[name], image, 1);
        await expectClose(ours, alone[name], { absolute: 2e-5, relative: 1e-4 });
        ours.dispose();
      }
      tf.dispose([one, alone]);
    }
    tf.dispose([batch, together]);
  });
});

describe('The stacked decoder', () => {
  test('S goes down once, L down, up, down, up and down, and the second half is extra', () => {
    const [s, l] = presets.map(([, { encoder }]) => decoderSteps(encoder));
    expect(s.map(({ stride }) => stride)).toEqual([16, 8, 4]);
    expect(l.map(({ stride }) => stride)).toEqual([8, 4, 8, 16, 16, 8, 4, 8, 16, 8, 4]);
    expect(l.filter(({ name }) => name.endsWith('_extra')).length).toBe(7);
  });
});
