import { init, ParamStore, type Size } from '@seg/core';
import { expectClose, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, expect, test } from 'vitest';

import { validCells } from './level-padding.ts';
import { PanopticSegFormerHead } from './panoptic-segformer-head.ts';

const CONFIG = {
  dim: 32,
  numHeads: 4,
  numLevels: 4,
  numPoints: 4,
  ffnDim: 32,
  dropout: 0,
  numEncoderLayers: 2,
  numLocationLayers: 3,
  numThingQueries: 7,
  numThingClasses: 3,
  numStuffClasses: 2,
  numThingBlocks: 1,
  numStuffBlocks: 1,
};
const STRIDES = [8, 16, 32, 64];
/** Multiples of 64, so that padding is whole cells at every level. */
const SMALL: Size = [128, 64];
const LARGE: Size = [192, 128];

onEveryBackend('Padding of a batch for Panoptic SegFormer', () => {
  beforeEach(() => init.seedInitializers(9));

  test('a small image beside a large one: tokens, classes and boxes are those of the image alone', async () => {
    const params = new ParamStore();
    const head = new PanopticSegFormerHead(params.root, CONFIG);
    for (const key of params
      .keys()
      .filter((name) => /(sampling_offsets|attention_weights|reg_branches).*weight$/.test(name))) {
      const weight = params.get(key); // zero in a new model
      weight.assign(tf.randomNormal(weight.shape, 0, 0.3, 'float32', key.length));
    }
    const small = mapsOf(SMALL, 1);
    const large = mapsOf(LARGE, 2);
    const beside = large.map((map, i) => tf.concat([padded(small[i], map), map], 0) as tf.Tensor4D);
    const together = head.locate(beside, { sizes: [SMALL, LARGE], padded: LARGE }).locations;
    for (const [i, alone] of [head.locate(small).locations, head.locate(large).locations].entries()) {
      await expectClose(tf.slice(together.queries, [i, 0, 0], [1, -1, -1]), alone.queries, { absolute: 2e-5 });
      for (const [layer, { classLogits, boxes }] of alone.predictions.entries()) {
        const of = (x: tf.Tensor3D) => tf.slice(x, [i, 0, 0], [1, -1, -1]);
        await expectClose(of(together.predictions[layer].classLogits), classLogits, { absolute: 2e-5 });
        await expectClose(of(together.predictions[layer].boxes), boxes, { absolute: 2e-5 });
      }
    }
    params.dispose();
  });

  test('cells are image where the pixel by nearest neighbor is', () => {
    // PyTorch's nearest: pixel ⌊cell · padded / cells⌋. 100 of 192 pixels and 13 cells: cell 6 is pixel 88, cell 7 is 103.
    const levels: Size[] = [[24, 16], [13, 5]]; // biome-ignore format: one step
    expect(validCells({ sizes: [[100, 128]], padded: [192, 128] }, levels)).toEqual([[[13, 16], [7, 5]]]); // biome-ignore format: one step
  });
});

/** Maps of an image at all strides. */
function mapsOf([height, width]: Size, seed: number): tf.Tensor4D[] {
  return STRIDES.map((stride) =>
    tf.randomNormal([1, height / stride, width / stride, CONFIG.dim], 0, 1, 'float32', seed),
  );
}

/** As large as the other, with something in the padding. */
function padded(map: tf.Tensor4D, { shape: [, height, width] }: tf.Tensor4D): tf.Tensor4D {
  return tf.pad(map, [[0, 0], [0, height - map.shape[1]], [0, width - map.shape[2]], [0, 0]], 3); // biome-ignore format: one step
}
