import { ParamStore, readTensors, rehearse, type Steps, useBackend } from '@seg/core';
import { onEveryBackend, watchGpu } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, expect, test } from 'vitest';

import { Mask2Former } from '../src/systems/mask2former/mask2former.ts';
import { formulaPixels, formulaSource, keysOf, TINY_MASK2FORMER } from './tiny.ts';

/**
 * Largest difference to floats, as a share of the largest number: ten times what was measured on a software adapter, 0.0017 of class
 * logits and 0.0022 of mask logits. Storing takes 2⁻¹¹, 0.0005, from each of some fifty results in a row.
 */
const BOUND = 0.02;

const build = (params: ParamStore) => new Mask2Former(params, TINY_MASK2FORMER);

onEveryBackend(
  'a network whose tensors are stored as halves',
  () => {
    afterEach(async () => void (await useBackend('webgpu', { halfStorage: false })));

    test('predicts what it does with floats, within a bound of its own, and leaves nothing behind', async () => {
      const params = new ParamStore(formulaSource(keysOf(build)));
      const network = build(params);
      const pixels = formulaPixels(1, 64, 96);
      const predicted = () =>
        readTensors(() => {
          const { classLogits, maskLogits } = network.forward(pixels);
          return [classLogits, maskLogits];
        });
      const floats = await predicted();
      await useBackend('webgpu', { halfStorage: { from: 1 } });
      params.touch(); // filters are folded anew
      const steps = () => network.forwardSteps(pixels) as Steps<object> as Steps<tf.TensorContainer>;
      await rehearse(steps, () => undefined);
      const watch = watchGpu({ drops: false });
      const halves = await predicted();
      watch.stop();
      expect(watch.counts.pipelines, 'pipelines beside those of the rehearsal').toBe(0);
      for (const [i, values] of floats.entries()) {
        expect(deviation(values, halves[i]!)).toBeGreaterThan(0);
        expect(deviation(values, halves[i]!)).toBeLessThan(BOUND);
      }
      const before = tf.memory() as tf.MemoryInfo & { numBytesInGPU: number };
      await predicted();
      expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numBytesInGPU: before.numBytesInGPU });
      params.dispose();
      pixels.dispose();
    });
  },
  { only: ['webgpu'] },
);

/** Largest difference, as a share of the largest number. */
function deviation(expected: ArrayLike<number>, found: ArrayLike<number>): number {
  const magnitude = Math.max(...Array.from(expected, Math.abs));
  return Math.max(...Array.from(expected, (value, i) => Math.abs(value - found[i]!))) / magnitude;
}
