import { init, ParamStore, seedDropout, Tape } from '@seg/core';
import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import type { ModelConfig } from '../src/description/model-description.ts';
import { buildModel } from '../src/systems/systems.ts';
import { TINY_DESCRIPTIONS } from './tiny-descriptions.ts';

const RESNET = {
  type: 'resnet',
  stemDim: 8,
  depths: [2, 2, 1, 1],
  dims: [32, 32, 64, 64],
  batchNorm: 'batch',
} as const;
const SWIN = { type: 'swin', dim: 8, depths: [2, 2, 2, 2], numHeads: [1, 1, 2, 2], window: 4, dropPath: 0.5 } as const;

const of = (system: string, changes: object = {}): ModelConfig => {
  return { ...TINY_DESCRIPTIONS[system].config, ...changes } as ModelConfig;
};

const NETWORKS: [name: string, config: ModelConfig][] = [
  ['Mask2Former on a ResNet with statistics of the batch', of('mask2former', { backbone: RESNET })],
  ['Mask2Former on a Swin with drop path', of('mask2former', { backbone: SWIN })],
  ['Panoptic SegFormer', of('panoptic_segformer')],
  ['MaX-DeepLab with drop path', of('max-deeplab')],
];

/** Float32's rounding through a network, relative to the largest gradient: sums of gradients have another order. */
const TOLERANCE = 2e-5;

type Taken = { gradients: Map<string, Float32Array>; statistics: Map<string, Float32Array>; kept: number };

/** Gradients of the sum of squares of a network's outputs, running statistics behind it, and bytes that the pass keeps. */
async function take(config: ModelConfig, recomputes: boolean): Promise<Taken> {
  init.seedInitializers(1);
  const params = new ParamStore();
  const model = buildModel(params, config);
  params.recomputes = recomputes;
  const side = config.model === 'max-deeplab' ? 65 : 64;
  const pixels = tf.randomNormal([1, side, side, 3], 0, 1, 'float32', 3) as tf.Tensor4D;
  tf.dispose(model.network.forward(pixels) as tf.TensorContainer); // derived tensors are there
  seedDropout(7);
  const before = tf.memory();
  const tape = new Tape();
  const outputs = params.train(() => tape.record(() => floatsOf(model.network.forward(pixels))));
  const kept = tf.memory().numBytes - before.numBytes;
  const variables = [...params.trainable()];
  const loss = () => tf.addN(outputs.map((y) => tf.sum(tf.square(y)))) as tf.Scalar;
  const { value, gradients } = tape.gradients(loss, variables.map(([, variable]) => variable)); // biome-ignore format: one step
  const found = new Map<string, Float32Array>();
  for (const [i, [key]] of variables.entries()) {
    if (gradients[i] !== null) found.set(key, (await gradients[i].data()) as Float32Array);
  }
  const statistics = new Map<string, Float32Array>();
  for (const key of params.keys().filter((name) => /running_|moving_/.test(name))) {
    statistics.set(key, (await params.get(key).data()) as Float32Array);
  }
  tf.dispose([value, ...outputs, ...gradients.filter((gradient) => gradient !== null)]);
  expect(tf.memory().numTensors).toBe(before.numTensors);
  pixels.dispose();
  model.dispose();
  return { gradients: found, statistics, kept };
}

function floatsOf(part: unknown): tf.Tensor[] {
  if (part instanceof tf.Tensor) return part.dtype === 'float32' ? [part] : [];
  return part !== null && typeof part === 'object' ? Object.values(part).flatMap(floatsOf) : [];
}

onEveryBackend('blocks that are computed again for their gradients', (backend) => {
  // plain JavaScript takes half a minute for the first two
  test.each(backend === 'cpu' ? NETWORKS.slice(2) : NETWORKS)(
    '%s: the same gradients and statistics, less that is kept',
    async (_, config) => {
      const plain = await take(config, false);
      const again = await take(config, true);
      expect([...again.gradients.keys()]).toEqual([...plain.gradients.keys()]);
      const largest = Math.max(...[...plain.gradients.values()].map((gradient) => gradient.reduce((a, b) => Math.max(a, Math.abs(b)), 0))); // biome-ignore format: one number
      expect(largest).toBeGreaterThan(0);
      for (const [key, gradient] of plain.gradients) {
        const other = again.gradients.get(key)!;
        const difference = gradient.reduce((most, g, i) => Math.max(most, Math.abs(g - other[i])), 0);
        expect(difference / largest, key).toBeLessThan(TOLERANCE);
      }
      expect(again.statistics).toEqual(plain.statistics);
      expect(again.kept).toBeLessThan(0.8 * plain.kept);
    },
  );
});
