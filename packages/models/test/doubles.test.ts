import { init, ParamStore } from '@seg/core';
import type { InstanceList } from '@seg/postprocess';
import { onEveryBackend } from '@seg/testing';
import { expect, test } from 'vitest';

import type { Inference } from '../src/description/model-description.ts';
import { Segmenter } from '../src/segmenter.ts';
import { buildModel } from '../src/systems/systems.ts';
import { TINY_DESCRIPTIONS } from './tiny-descriptions.ts';

const IMAGE = { width: 48, height: 32, data: Uint8Array.from({ length: 48 * 32 * 3 }, (_, i) => (i * 37) % 251) };

onEveryBackend('a threshold of doubles in the description', () => {
  const systems = ['mask2former', 'maskformer', 'panoptic_segformer'];
  test.each(systems)('%s keeps one of two instances that overlap', async (name) => {
    const { config, ...description } = TINY_DESCRIPTIONS[name];
    init.seedInitializers(3);
    const params = new ParamStore();
    const model = buildModel(params, config);
    const found = (inference: Inference): Promise<InstanceList> =>
      new Segmenter({ model, ...description, inference }).segment(IMAGE, { task: 'instance', threshold: 0 });
    const all = await found({});
    const kept = await found({ nmsThreshold: 0 });
    expect(kept.instances.length).toBeGreaterThan(0);
    expect(kept.instances.length).toBeLessThan(all.instances.length);
    for (const one of kept.instances) expect(all.instances).toContainEqual(one);
    expect(await found({ nmsThreshold: 1 })).toEqual(all);
    params.dispose();
  });
});
