import { init, operationsOf, ParamStore, recordKernels, type Steps, useBackend } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { buildModel, PRESETS, type PresetName } from '../src/systems/systems.ts';

/** Operations of a step of one thread: 8 · 10⁸ of convolutions, products and attention, and of what is beside them. */
const MOST_OPERATIONS = 0.9e9;

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

const NETWORKS: [PresetName, height: number, width: number][] = [
  ['maskformer-r50-coco', 160, 192],
  ['solo-r50-coco', 160, 192],
  ['panoptic-segformer-r50-coco', 160, 192],
  ['max-deeplab-s-coco', 161, 161],
];

test.each(NETWORKS)(
  '%s, published: no step of a pass is long',
  async (name, height, width) => {
    await useBackend('wasm', { threads: 1 });
    init.seedInitializers(1);
    const model = buildModel(new ParamStore(), PRESETS[name].config);
    tf.engine().startScope();
    const pixels = tf.randomNormal([1, height, width, 3], 0, 1, 'float32', 1) as tf.Tensor4D;
    const { network } = model;
    const counts = operationsBySteps(network.forwardSteps!(pixels));
    expect(counts.reduce((a, b) => a + b)).toBeGreaterThan(5 * MOST_OPERATIONS);
    expect(Math.max(...counts)).toBeLessThan(MOST_OPERATIONS);
    tf.engine().endScope();
    model.dispose();
  },
  60_000,
);
