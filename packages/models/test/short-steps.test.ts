import { init, operationsOf, ParamStore, recordKernels, type Steps, useBackend } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { buildModel, PRESETS, type PresetName } from '../src/systems/systems.ts';

/** Operations of a step of one thread: those of a band of a convolution, 10⁹, and of what is beside it. */
const MOST_OPERATIONS = 1.5e9;

/** Operations of each step of a pass. */
function operationsBySteps(steps: Steps<unknown>): number[] {
  const counts: number[] = [];
  for (let isDone = false; !isDone; ) {
    let sum = 0;
    recordKernels(
      (call) => (sum += operationsOf(call)),
      () => (isDone = steps.next().done === true),
    );
    counts.push(sum);
  }
  return counts;
}

const NETWORKS: PresetName[] = ['maskformer-r50-coco', 'solo-r50-coco', 'panoptic-segformer-r50-coco'];

test.each(NETWORKS)(
  '%s, published: no step of a pass is long',
  async (name) => {
    await useBackend('wasm', { threads: 1 });
    init.seedInitializers(1);
    const model = buildModel(new ParamStore(), PRESETS[name].config);
    tf.engine().startScope();
    const pixels = tf.randomNormal([1, 160, 192, 3], 0, 1, 'float32', 1) as tf.Tensor4D;
    const { network } = model;
    const counts = operationsBySteps(network.forwardSteps!(pixels));
    expect(counts.reduce((a, b) => a + b)).toBeGreaterThan(5 * MOST_OPERATIONS);
    expect(Math.max(...counts)).toBeLessThan(MOST_OPERATIONS);
    tf.engine().endScope();
    model.dispose();
  },
  60_000,
);
