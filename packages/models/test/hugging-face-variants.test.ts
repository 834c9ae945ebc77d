import { readFileSync } from 'node:fs';
import { bytesOf, type ParamSource, renamed } from '@seg/checkpoint';
import { activate, type MaskPrediction, ParamStore, useBackend } from '@seg/core';
import { expectClose, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';

import { readDescription } from '../src/description/read-description.ts';
import { ACTIVATION_NAMES } from '../src/hugging-face/common.ts';
import { STATE_DICT_NAMING } from '../src/hugging-face/key-maps.ts';
import { buildModel } from '../src/systems/systems.ts';

type Values = { shape: number[]; values: number[] };
type Variant = {
  name: string;
  config: object;
  classes: Values;
  /** Every eleventh value, NCHW. */
  masks: Values;
  noise: [number, number];
  stateDictKeys?: string[];
  fileKeys?: string[];
};
type Fixture = {
  pixels: [number, number];
  every: number;
  x: number[];
  activations: Record<string, number[]>;
  cases: Variant[];
};

// transformers 5.18 in float64 with formula weights; fixtures/make-variants.py
const { pixels, every, x, activations, cases } = JSON.parse(
  readFileSync(new URL('./fixtures/variants.json', import.meta.url), 'utf8'),
) as Fixture;

onEveryBackend("configs that differ from the published ones predict what Hugging Face's models do", () => {
  test.each(cases)('$name', async ({ config, classes, masks, noise }) => {
    const { config: ours, categories } = await readConfig(config);
    const shapes = new Map<string, readonly number[]>();
    const layout = new ParamStore('zeros');
    buildModel(layout, ours);
    for (const key of layout.keys()) {
      const { shape } = layout.get(key);
      shapes.set(key, layout.storedLayout(key)?.toStored(shape) ?? shape);
    }
    layout.dispose();
    const model = buildModel(new ParamStore(formulaSource(shapes)), ours);
    expect(categories.length).toBe(classes.shape[1] - 1);
    const [height, width] = pixels;
    const image = tf.tensor4d(sine([1, 3, height, width], 0.5, 2, 0), [1, 3, height, width]);
    const { classLogits, maskLogits } = model.forward(tf.transpose(image, [0, 2, 3, 1])) as MaskPrediction;
    const planes = tf.transpose(maskLogits, [0, 3, 1, 2]);
    expect(planes.shape.slice(1)).toEqual(masks.shape);
    const found = (await planes.data()).filter((_, i) => i % every === 0);
    await expectClose(tf.reshape(classLogits, [-1]), tf.tensor1d(classes.values), within(noise[0]));
    await expectClose(tf.tensor1d(found), tf.tensor1d(masks.values), within(noise[1]));
    model.dispose();
  });
});

/** Ten times what float32 lost in the reference, and a little for values that it hit. */
function within(noise: number): { absolute: number; relative: number } {
  return { absolute: 10 * noise + 1e-6, relative: 0 };
}

describe('names', () => {
  test.each(Object.keys(ACTIVATION_NAMES))("%s is transformers' function", async (name) => {
    await useBackend('cpu');
    await expectClose(activate(tf.tensor1d(x), ACTIVATION_NAMES[name]), tf.tensor1d(activations[name]), {
      absolute: 2e-6,
      relative: 2e-6,
    });
  });

  test('functions of transformers that have no name here are refused, those with parameters among them', () => {
    const unknown = [...Object.keys(activations), 'prelu', 'xielu'].filter((name) => !(name in ACTIVATION_NAMES));
    expect(unknown.sort()).toEqual(['gelu_10', 'laplace', 'prelu', 'sqrtsoftplus', 'xielu']);
  });

  test.each(cases.filter((one) => one.stateDictKeys))("$name: a state dict's keys become the file's", (variant) => {
    const keys = variant.stateDictKeys!.filter((key) => !key.endsWith('relative_position_index'));
    expect(keys.some(STATE_DICT_NAMING.isUsed)).toBe(true);
    const source: ParamSource = { keys: () => keys.values(), read: () => null };
    expect([...renamed(source, STATE_DICT_NAMING.keyMap).keys()].sort()).toEqual(variant.fileKeys);
  });
});

function readConfig(config: object) {
  const bytes = new TextEncoder().encode(JSON.stringify(config));
  return readDescription({
    name: 'folder',
    open: async (file) => (file === 'config.json' ? bytesOf(file, bytes) : null),
  });
}

function formulaSource(shapes: ReadonlyMap<string, readonly number[]>): ParamSource {
  const seeds = new Map([...shapes.keys()].sort().map((key, seed) => [key, seed]));
  return {
    keys: () => shapes.keys(),
    read: (key) => {
      const [shape, seed] = [shapes.get(key), seeds.get(key)];
      if (shape === undefined || seed === undefined) return null;
      if (/running_var$/.test(key) || (/norm.*weight$/.test(key) && shape.length === 1)) {
        return { shape, values: sine(shape, seed, 0.2, 1) };
      }
      const fanIn = shape.slice(1).reduce((product, side) => product * side, 1);
      return { shape, values: sine(shape, seed, shape.length > 1 ? 1.2 / Math.sqrt(fanIn) : 0.1, 0) };
    },
  };
}

/** Element i is offset + scale · sin(0.37 i + 1.3 seed). */
function sine(shape: readonly number[], seed: number, scale: number, offset: number): Float32Array {
  const length = shape.reduce((product, side) => product * side, 1);
  return Float32Array.from({ length }, (_, i) => offset + scale * Math.sin(0.37 * i + 1.3 * seed));
}
