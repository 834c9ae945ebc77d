import { readFileSync } from 'node:fs';
import type { ParamSource } from '@seg/checkpoint/safetensors';
import { ParamStore, Scope } from '@seg/core';
import { expectClose, expectTidy, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { type HuggingFaceBackbone, readBackboneConfig } from '../hugging-face/backbone.ts';
import { RESNET18, RESNET34, ResNet, type ResNetConfig } from './resnet.ts';

type Formula = { shape: number[]; seed: number; scale: number; offset: number };
type Fixture = {
  config: Omit<HuggingFaceBackbone, 'model_type'>;
  params: Record<string, Formula>;
  pixels: Formula;
  /** Every seventh value of each map, [B, C, H, W]. */
  outputs: { shape: number[]; values: number[] }[];
};

// What Hugging Face's ResNet of basic blocks makes of formula values in float64; fixtures/make-basic-resnet.py.
const fixture = new URL('./fixtures/basic-resnet.json', import.meta.url);
const { config, params, pixels, outputs } = JSON.parse(readFileSync(fixture, 'utf8')) as Fixture;

onEveryBackend('ResNet of basic blocks', () => {
  test("maps are Hugging Face's, on odd sizes", async () => {
    const store = new ParamStore(source());
    const resnet = new ResNet(
      store.root,
      readBackboneConfig('fixture', { model_type: 'resnet', ...config }) as ResNetConfig,
    );
    store.verify();
    const x = tf.transpose(tf.tensor4d(sine(pixels), pixels.shape as [number, number, number, number]), [0, 2, 3, 1]);
    const maps = resnet.forward(x);
    for (const [i, map] of maps.entries()) {
      const ours = tf.transpose(map, [0, 3, 1, 2]);
      expect(ours.shape).toEqual(outputs[i].shape);
      const values = (await ours.data()).filter((_, k) => k % 7 === 0);
      await expectClose(values, outputs[i].values, { absolute: 1e-5, relative: 2e-5 });
    }
    expectTidy(() => resnet.forward(x));
    store.dispose();
  });
});

// Parameters of torchvision's resnet18 and resnet34 without their classifiers of 513,000: 11,689,512 and 21,797,672 with.
test.each([
  ['ResNet-18', RESNET18, 11_176_512],
  ['ResNet-34', RESNET34, 21_284_672],
] as const)('%s has as many parameters as published', (_, published, expected) => {
  let count = 0;
  const declare = (key: string, shape: number[]) => {
    if (!/running_(mean|var)$/.test(key)) count += shape.reduce((product, side) => product * side, 1);
    return null;
  };
  new ResNet(new Scope({ declare } as unknown as ParamStore, ''), published);
  expect(count).toBe(expected);
});

function source(): ParamSource {
  return {
    keys: () => Object.keys(params).values(),
    read: (key) => (key in params ? { shape: params[key].shape, values: sine(params[key]) } : null),
  };
}

/** Element i is offset + scale · sin(0.37 i + 1.3 seed). */
function sine({ shape, seed, scale, offset }: Formula): Float32Array {
  const length = shape.reduce((product, side) => product * side, 1);
  return Float32Array.from({ length }, (_, i) => offset + scale * Math.sin(0.37 * i + 1.3 * seed));
}
