import path from 'node:path';
import { init, ParamStore, useBackend } from '@seg/core';
import { generateScene } from '@seg/data';
import type { RgbImage } from '@seg/image';
import { buildModel, type LoadedModel, loadModel, Segmenter, type Task } from '@seg/models';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';

import { TINY_DESCRIPTIONS } from '../../models/test/tiny-descriptions.ts';
import { exportGraph } from '../src/export/export-graph.ts';
import { openSession } from '../src/node.ts';

const MODEL = path.join(import.meta.dirname, '../../../examples/mask2former/model');

beforeAll(async () => void (await useBackend('wasm')));

/** Answers of a graph with a task to images that need no resizing. */
async function answersOf({ model, preprocessing }: LoadedModel, task: Task, images: RgbImage[]) {
  const [{ height, width }] = images;
  const graph = await exportGraph(model, {
    size: [height, width],
    batch: images.length,
    answer: { task, preprocessing },
  });
  const raw = tf.tensor4d(Float32Array.from(images.flatMap(({ data }) => [...data])), [
    images.length,
    height,
    width,
    3,
  ]);
  const pixels = tf.transpose(raw, [0, 3, 1, 2]);
  const session = await openSession(graph, { intraOpNumThreads: 1 });
  const tensors = await session.run({ pixels });
  await session.dispose();
  const found = await Promise.all(
    [...tensors].map(async ([name, tensor]) => [name, Array.from(await tensor.data())] as const),
  );
  tf.dispose([raw, pixels, ...tensors.values()]);
  return Object.fromEntries(found);
}

const scene = (seed: number) => generateScene({ seed, height: 128, width: 128 }).image;

test('semantic: the labels of every pixel are those of the segmenter, also of two images', async () => {
  const loaded = await loadModel(MODEL);
  const segmenter = new Segmenter(loaded);
  const images = [scene(1), scene(2)];
  const { labels } = await answersOf(loaded, 'semantic', images);
  const expected = await segmenter.segmentBatch(images, { task: 'semantic' });
  expect(labels).toEqual(expected.flatMap(({ ids }) => Array.from(ids, (id) => id - 1)));
  segmenter.dispose();
});

test('instance: scores and masks are those of the segmenter', async () => {
  const loaded = await loadModel(MODEL);
  const segmenter = new Segmenter(loaded);
  const { scores, masks } = await answersOf(loaded, 'instance', [scene(3)]);
  const { instances } = await segmenter.segment(scene(3), { task: 'instance' });
  const pixels = 128 * 128;
  const areas = Array.from({ length: masks.length / pixels }, (_, query) =>
    masks.slice(query * pixels, (query + 1) * pixels).reduce((sum, value) => sum + value, 0),
  );
  const classes = scores.length / areas.length;
  for (const { category, score, mask } of instances.slice(0, 10)) {
    const found = areas.findIndex(
      (area, query) => area === mask.area && Math.abs(scores[query * classes + category] - score) < 1e-5,
    );
    expect(found, `${category} ${score}`).toBeGreaterThanOrEqual(0);
  }
  segmenter.dispose();
});

test("MaX-DeepLab: semantic labels are the segmenter's, and panoptic winners lead to them", async () => {
  init.seedInitializers(5);
  const { config, ...rest } = TINY_DESCRIPTIONS['max-deeplab'];
  const loaded = { model: buildModel(new ParamStore(), config), fresh: [], ...rest };
  const image = generateScene({ seed: 4, height: 33, width: 33 }).image;
  const { labels } = await answersOf(loaded, 'semantic', [image]);
  const winners = await answersOf(loaded, 'panoptic', [image]);
  expect(winners.pixel_slots.map((slot) => winners.slot_classes[slot])).toEqual(labels);
  const segmenter = new Segmenter(loaded);
  const { ids } = await segmenter.segment(image, { task: 'semantic' });
  const different = labels.filter((label, i) => label !== ids[i] - 1).length;
  expect(different).toBe(0);
  segmenter.dispose();
});

test.each([
  ['solov2', 'instance', /expected no task in a graph of solov2/],
  ['mask2former', 'panoptic', /expected semantic or instance in a graph of mask2former .*, got panoptic/],
  ['panoptic_segformer', 'panoptic', /expected no task in a graph of panoptic_segformer/],
] as const)('%s has no %s in a graph: refused by name', async (name, task, message) => {
  const { config, ...rest } = TINY_DESCRIPTIONS[name];
  const model = buildModel(new ParamStore(), config);
  const answer = { task, preprocessing: rest.preprocessing };
  await expect(exportGraph(model, { size: [64, 64], answer })).rejects.toThrow(message);
  model.dispose();
});
