import { init, ParamStore } from '@seg/core';
import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { Segmenter } from '../src/segmenter.ts';
import { buildModel } from '../src/systems/systems.ts';
import { TINY_DESCRIPTIONS } from './tiny-descriptions.ts';

/** Parameters of each system, and the first place behind it: a module, or a part of the prediction. */
const SPOILED: Record<string, [key: RegExp, module: RegExp]> = {
  mask2former: [/class_predictor\.bias$/, /first in classLogits$/],
  maskformer: [/input_proj.*bias$|layer_norm\.bias$|layernorm\.bias$/, /first in \S+\.\S+$/],
  solo: [/solo_cate\.bias$/, /categor|cate/],
  solov2: [/solo_cate\.bias$/, /categor|cate/],
  // either alone is lost on the way: the second on wasm, the first on WebGPU
  panoptic_segformer: [/query_embed|things_mask_head\.attnen\.linear.*bias$/, /./],
};

const image = { width: 32, height: 24, data: Uint8Array.from({ length: 32 * 24 * 3 }, (_, i) => (i * 7919) % 251) };

onEveryBackend('a prediction that is not finite', () => {
  test.each(Object.keys(SPOILED))('of %s is refused by its module, and leaves nothing behind', async (system) => {
    const { config, ...rest } = TINY_DESCRIPTIONS[system];
    init.seedInitializers(3);
    const model = buildModel(new ParamStore(), config);
    const segmenter = new Segmenter({ model, ...rest });
    const task = segmenter.tasks[0];
    await segmenter.segment(image, { task }); // derived tensors are made
    const [key, module] = SPOILED[system];
    const variables = model.params
      .keys()
      .filter((each) => key.test(each))
      .map((each) => model.params.get(each));
    expect(variables).not.toHaveLength(0);
    tf.tidy(() => {
      for (const variable of variables) variable.assign(tf.fill(variable.shape, Number.NaN));
    });
    model.params.touch();
    const before = tf.memory().numTensors;
    const failed = segmenter.segment(image, { task });
    await expect(failed).rejects.toThrow(
      /^Segmenter: expected a finite prediction, got NaN or infinity, first in \S+$/,
    );
    await expect(failed).rejects.toThrow(module);
    expect(tf.memory().numTensors).toBe(before);
    segmenter.dispose();
  });
});
