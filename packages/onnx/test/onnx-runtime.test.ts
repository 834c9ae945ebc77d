import path from 'node:path';
import { init, ParamStore, useBackend } from '@seg/core';
import { generateScene } from '@seg/data';
import { buildModel, loadModel, Segmenter } from '@seg/models';
import * as tf from '@tensorflow/tfjs-core';
import * as ort from 'onnxruntime-node';
import { beforeAll, expect, test } from 'vitest';

import { TINY_DESCRIPTIONS } from '../../models/test/tiny-descriptions.ts';
import { webRuntime } from '../src/index.ts';
import { onnxRuntime } from '../src/node.ts';

const MODEL = path.join(import.meta.dirname, '../../../examples/mask2former/model');
const scene = (seed: number, height = 128, width = 128) => generateScene({ seed, height, width }).image;

beforeAll(async () => void (await useBackend('wasm')));

test('the shipped model finds the same segments, pixel by pixel, in every task and in company', async () => {
  const [here, there] = [
    new Segmenter(await loadModel(MODEL)),
    await Segmenter.load(MODEL, { runtime: onnxRuntime() }),
  ];
  for (const seed of [1, 2]) {
    for (const task of ['panoptic', 'semantic'] as const) {
      const [a, b] = [await here.segment(scene(seed), { task }), await there.segment(scene(seed), { task })];
      expect(b.ids).toEqual(a.ids);
      expect(b.segments.map(({ category }) => category)).toEqual(a.segments.map(({ category }) => category));
    }
  }
  const images = [scene(3), scene(4, 96, 128), scene(5)];
  const [a, b] = [await here.segmentBatch(images), await there.segmentBatch(images)];
  expect(b.map(({ ids }) => ids)).toEqual(a.map(({ ids }) => ids));
  here.dispose();
  there.dispose();
});

test.each(Object.entries(TINY_DESCRIPTIONS))('%s decodes what onnxruntime predicts', async (_, description) => {
  init.seedInitializers(3);
  const make = () => {
    init.seedInitializers(3);
    const { config, ...rest } = description;
    return { model: buildModel(new ParamStore(), config), fresh: [], ...rest };
  };
  const before = tf.memory().numTensors;
  const [here, there] = [
    new Segmenter(make()),
    new Segmenter(make(), { runtime: onnxRuntime({ intraOpNumThreads: 1 }) }),
  ];
  const task = here.tasks[0];
  const options = { task: task as 'instance', threshold: 0 };
  const [a, b] = [await here.segment(scene(6, 48, 64), options), await there.segment(scene(6, 48, 64), options)];
  expect(sizesOf(b)).toEqual(sizesOf(a));
  here.dispose();
  there.dispose();
  expect(tf.memory().numTensors).toBeLessThanOrEqual(before);
});

/** Number of segments or instances, and of pixels. */
function sizesOf(found: { instances?: unknown[]; segments?: unknown[]; width: number; height: number }): number[] {
  return [(found.instances ?? found.segments)!.length, found.width, found.height];
}

test('the least used size goes first; a size that comes back is exported again', async () => {
  const loaded = await loadModel(MODEL);
  const runtime = onnxRuntime({ maxSizes: 1, intraOpNumThreads: 1 });
  const counted = { passes: 0 };
  const { network } = loaded.model;
  const forward = network.forward.bind(network);
  network.forward = (pixels) => {
    counted.passes++;
    return forward(pixels);
  };
  for (const height of [64, 64, 96, 64]) {
    const pixels = tf.zeros<tf.Rank.R4>([1, height, 64, 3]);
    tf.dispose((await runtime.forward(network, pixels)) as tf.TensorContainer);
    pixels.dispose();
  }
  expect(counted.passes).toBe(3);
  await runtime.dispose();
  loaded.model.dispose();
});

test('a module of onnxruntime that is handed over gives the same pixels, from a model in memory', async () => {
  const [here, there] = [
    new Segmenter(await loadModel(MODEL)),
    await Segmenter.load(MODEL, { runtime: webRuntime({ ort, session: { intraOpNumThreads: 1 } }) }),
  ];
  const [a, b] = [await here.segment(scene(2)), await there.segment(scene(2))];
  expect(b.ids).toEqual(a.ids);
  here.dispose();
  there.dispose();
});
