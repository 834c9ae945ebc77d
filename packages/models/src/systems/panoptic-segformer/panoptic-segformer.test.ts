import { ParamStore, type Size } from '@seg/core';
import { expectClose, expectTidy, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, expect, test } from 'vitest';

import { TINY_PANOPTIC_SEGFORMER } from '../../../test/tiny.ts';
import { PanopticSegFormer } from './panoptic-segformer.ts';
import { PANOPTIC_SEGFORMER_PRESETS } from './presets.ts';

const pixels = (batch: number) => tf.randomNormal<tf.Rank.R4>([batch, 50, 70, 3], 0, 1, 'float32', 5);

onEveryBackend('Panoptic SegFormer, narrow', () => {
  let model: PanopticSegFormer;
  afterEach(() => model.dispose());

  test('sides of no particular multiple: shapes are right and nothing is left behind', () => {
    model = new PanopticSegFormer(new ParamStore(), TINY_PANOPTIC_SEGFORMER);
    const x = pixels(2);
    tf.dispose(model.forward(x) as tf.TensorContainer); // folds what inference folds
    expectTidy(() => {
      const { things, stuff } = model.forward(x);
      expect(things.scores.shape).toEqual([2, 5]);
      expect(things.boxes.shape).toEqual([2, 5, 4]);
      expect(things.masks.shape).toEqual([2, 7, 9, 5]);
      expect(stuff.logits.shape).toEqual([2, 2]);
      expect(stuff.masks.shape).toEqual([2, 7, 9, 2]);
      return { things, stuff } as tf.TensorContainer;
    });
    x.dispose();
  });

  test.each([1, 2, 3, 4])('%i mask layers: masks and presence are those of that layer', async (maskLayers) => {
    model = new PanopticSegFormer(new ParamStore(), TINY_PANOPTIC_SEGFORMER);
    const x = pixels(1);
    const { stuff } = model.forward(x, { maskLayers });
    const all = tf.tidy(() => model.head.allStuff(model.locate(x).maskMemory));
    await expectClose(stuff.masks, await all.masks[maskLayers - 1].data());
    await expectClose(stuff.logits, await all.logits[Math.min(maskLayers, 3) - 1].data());
    tf.dispose([x, stuff, all] as tf.TensorContainer);
  });

  test('in training a gradient reaches every parameter, through all layers of the decoders', async () => {
    model = new PanopticSegFormer(new ParamStore(), TINY_PANOPTIC_SEGFORMER);
    const x = pixels(1);
    const variables = model.params.trainable();
    const everything = () => {
      const { locations, maskMemory } = model.locate(x);
      const things = model.head.allThings(locations.queries, maskMemory).map(({ masks }) => masks);
      const stuff = model.head.allStuff(maskMemory);
      const boxes = locations.predictions.flatMap((prediction) => [prediction.classLogits, prediction.boxes]);
      return tf.addN(
        [...boxes, ...things, ...stuff.masks, ...stuff.logits].map((y) => tf.sum(tf.square(y))),
      ) as tf.Scalar;
    };
    const { value, grads } = model.params.train(() => tf.variableGrads(everything, [...variables.values()]));
    const byVariable = new Map(Object.entries(grads));
    const missing = [...variables].filter(([, { name }]) => !byVariable.has(name)).map(([key]) => key);
    expect(missing).toEqual([]);
    tf.dispose([x, value, grads] as unknown as tf.TensorContainer);
  });

  test('sizes that are not those of the batch are refused', () => {
    model = new PanopticSegFormer(new ParamStore(), TINY_PANOPTIC_SEGFORMER);
    const x = pixels(2);
    const among = (sizes: Size[]) => () => model.forward(x, { sizes });
    expect(among([[50, 70]])).toThrow('expected 2 sizes within 50x70, got 50x70');
    expect(among([[50, 70], [51, 70]])).toThrow('got 50x70, 51x70'); // biome-ignore format: one step
    expect(among([])).toThrow('got none');
    x.dispose();
  });

  test('sizes without padding change nothing, and leave nothing behind', async () => {
    model = new PanopticSegFormer(new ParamStore(), TINY_PANOPTIC_SEGFORMER);
    const x = pixels(2);
    const [plain, sized] = [model.forward(x), model.forward(x, { sizes: [[50, 70], [50, 70]] })]; // biome-ignore format: one step
    await expectClose(sized.things.scores, plain.things.scores);
    await expectClose(sized.things.boxes, plain.things.boxes);
    await expectClose(sized.stuff.masks, plain.stuff.masks, { absolute: 5e-5, relative: 5e-5 });
    expectTidy(() => model.forward(x, { sizes: [[30, 40], [50, 70]] }) as tf.TensorContainer); // biome-ignore format: one step
    tf.dispose([x, plain, sized] as tf.TensorContainer);
  });

  test('less than one mask layer is refused', () => {
    model = new PanopticSegFormer(new ParamStore(), TINY_PANOPTIC_SEGFORMER);
    const x = pixels(1);
    expect(() => model.forward(x, { maskLayers: 0 })).toThrow(/expected at least 1 layer, got 0/);
    x.dispose();
  });
});

onEveryBackend(
  'Panoptic SegFormer at published size; once, since parameters are the same on every backend',
  () => {
    // The authors' head counts 22,125,724, of which inference never reads 530,448 (reg_branches2) and 82,240
    // (cls_thing_branches).
    test('the head has 21,513,036 parameters', () => {
      const { backbone } = TINY_PANOPTIC_SEGFORMER;
      const model = new PanopticSegFormer(new ParamStore(), {
        ...PANOPTIC_SEGFORMER_PRESETS['coco-panoptic-r50'],
        backbone,
      });
      const keys = model.params.keys().filter((key) => key.startsWith('bbox_head.'));
      expect(keys.reduce((sum, key) => sum + model.params.get(key).size, 0)).toBe(21_513_036);
      model.dispose();
    });
  },
  { only: ['wasm'] },
);
