import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { TINY_DESCRIPTIONS } from '../../models/test/tiny-descriptions.ts';
import { exportGraph } from '../src/export/export-graph.ts';
import { outputsOf } from '../src/export/outputs.ts';
import { isIdentity } from '../src/graph/axes.ts';
import { openSession } from '../src/node.ts';
import { modelOf, SYSTEMS, sizeOf } from './systems.ts';

onEveryBackend(
  'graphs of every system (minutes on cpu)',
  () => {
    test.each(Object.entries(SYSTEMS))(
      '%s: onnxruntime gives the outputs of the backend, on another image',
      async (name, description) => {
        const model = modelOf(description);
        const size = sizeOf(name);
        const graph = await exportGraph(model, { size });
        const pixels = tf.randomNormal([1, ...size, 3], 0, 1, 'float32', 7) as tf.Tensor4D;
        await expectEqualRun(graph, model, pixels);
        pixels.dispose();
        model.dispose();
      },
    );
  },
  { only: ['wasm', 'webgpu'] },
);

onEveryBackend(
  'native TensorFlow',
  () => {
    test('is refused: graphs of attention come out wrong there', async () => {
      const model = modelOf(TINY_DESCRIPTIONS.mask2former);
      await expect(exportGraph(model, { size: [64, 96] })).rejects.toThrow(
        'exportOnnx: expected backend wasm, webgpu or cpu, got native TensorFlow',
      );
      model.dispose();
    });
  },
  { only: ['node'] },
);

/** Float32's rounding through some fifty layers, relative to the largest value of an output. */
const TOLERANCE = 2e-4;

async function expectEqualRun(
  graph: Awaited<ReturnType<typeof exportGraph>>,
  model: ReturnType<typeof modelOf>,
  pixels: tf.Tensor4D,
): Promise<void> {
  const session = await openSession(graph, { intraOpNumThreads: 1 });
  const nchw = tf.tidy(() => tf.transpose(pixels, [0, 3, 1, 2]));
  const actual = await session.run({ pixel_values: nchw });
  const prediction = model.forward(pixels);
  const outputs = outputsOf(model.config.model, prediction);
  expect([...actual.keys()]).toEqual(outputs.map(({ name }) => name));
  for (const { name, tensor, perm } of outputs) {
    // tfjs-webgpu cannot transpose integers, which here are lists in any case
    const expected = isIdentity(perm) ? tf.clone(tensor) : tf.tidy(() => tf.transpose(tensor, [...perm]));
    const [a, b] = [await actual.get(name)!.data(), await expected.data()].map((values) => Array.from(values));
    expect(actual.get(name)!.shape, name).toEqual(expected.shape);
    const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
    const worst = a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
    expect(worst / largest, name).toBeLessThan(TOLERANCE);
    expected.dispose();
  }
  tf.dispose([nchw, ...actual.values(), ...outputs.map(({ tensor }) => tensor)]);
  await session.dispose();
}

onEveryBackend(
  'graphs with a free batch',
  () => {
    const some = ['mask2former with Swin', 'solov2', 'max-deeplab', 'panoptic_segformer'];
    test.each(some.map((name) => [name, SYSTEMS[name]] as const))(
      '%s: one graph for batches of 1 and 4',
      async (name, description) => {
        const model = modelOf(description);
        const size = sizeOf(name);
        const graph = await exportGraph(model, { size, batch: 'free' });
        expect(graph.inputs[0].dims).toEqual(['batch', 3, ...size]);
        for (const batch of [1, 4]) {
          const pixels = tf.randomNormal([batch, ...size, 3], 0, 1, 'float32', batch) as tf.Tensor4D;
          await expectEqualRun(graph, model, pixels);
          pixels.dispose();
        }
        model.dispose();
      },
    );
  },
  { only: ['wasm'] },
);

onEveryBackend(
  'graphs of free sizes',
  () => {
    const some = ['mask2former', 'maskformer', 'solo', 'decoupled_solo', 'decoupled_solo_light', 'solov2'];
    test.each(some.map((name) => [name, SYSTEMS[name]] as const))(
      '%s: one graph at sizes and batches that were not traced',
      async (name, description) => {
        const model = modelOf(description);
        for (const batch of [1, 'free'] as const) {
          const graph = await exportGraph(model, { size: 'free', batch });
          expect(graph.inputs[0].dims, name).toEqual([batch === 1 ? 1 : 'batch', 3, 'height', 'width']);
          for (const [images, height, width] of batch === 1
            ? [
                [1, 128, 160],
                [1, 32, 224],
              ]
            : [
                [3, 96, 64],
                [1, 224, 32],
              ]) {
            const pixels = tf.randomNormal([images, height, width, 3], 0, 1, 'float32', width) as tf.Tensor4D;
            await expectEqualRun(graph, model, pixels);
            pixels.dispose();
          }
        }
        model.dispose();
      },
    );

    test.each([
      ['max-deeplab', 'expected a size for max-deeplab (tables of its axes are of one size), got free'],
      ['panoptic_segformer', 'expected a size for panoptic_segformer with pvt-v2'],
      ['maskformer with Swin', 'expected a size for maskformer with swin (maps are padded to windows'],
    ])('%s is refused with the reason, before it runs', async (name, message) => {
      const model = modelOf(SYSTEMS[name]);
      model.network.forward = () => {
        throw new Error('ran');
      };
      await expect(exportGraph(model, { size: 'free' })).rejects.toThrow(message);
      model.dispose();
    });
  },
  { only: ['wasm'] },
);
