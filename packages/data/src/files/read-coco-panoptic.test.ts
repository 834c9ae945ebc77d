import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';

import { toMaskSample, toPanopticSample } from '../data-sets/mask-conversions.ts';
import { SceneDataset } from '../data-sets/scene-dataset.ts';
import { SCENE_CATEGORIES } from '../scenes/categories.ts';
import { openDataset } from './open-dataset.ts';
import { writeSceneSet } from './write-scene-set.ts';

test('a written set of scenes is the scenes, as masks and back as ids', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'seg-'));
  await writeSceneSet(folder, { split: 'testing', count: 2, height: 64, width: 80 });
  const dataset = await openDataset(folder);
  const scene = await new SceneDataset({ split: 'testing', length: 2, height: 64, width: 80 }).read(1);
  const sample = await dataset.read(1);
  expect([dataset.format, dataset.task, dataset.categories]).toEqual(['coco-panoptic', 'panoptic', SCENE_CATEGORIES]);
  expect(sample).toEqual(toMaskSample(scene, SCENE_CATEGORIES));
  const { ids, segments } = toPanopticSample(sample, SCENE_CATEGORIES);
  const order = [0, ...scene.segments.map(({ id }) => id)];
  expect(Array.from(ids, (id) => order[id])).toEqual([...scene.ids]);
  expect(segments.map(({ category_id }) => category_id)).toEqual(scene.segments.map(({ category_id }) => category_id));
  await rm(folder, { recursive: true });
});

test('where masks overlap, the smaller is on top in the map of ids', () => {
  const box = (x: number, width: number) => ({ x, y: 0, width, height: 1, data: new Uint8Array(width).fill(1) });
  const image = { data: new Uint8Array(12), width: 4, height: 1 };
  const segments = [
    { mask: box(1, 2), category: 0, isCrowd: false },
    { mask: box(0, 4), category: 1, isCrowd: true },
    { mask: box(1, 2), category: 0, isCrowd: false },
  ];
  const sample = toPanopticSample({ name: '', image, segments, unknown: null }, [{ id: 5 }, { id: 6 }]);
  expect([...sample.ids]).toEqual([2, 3, 3, 2]);
  expect(sample.segments).toEqual([
    { id: 2, category_id: 6, iscrowd: 1 },
    { id: 3, category_id: 5, iscrowd: 0 },
  ]);
});

test("COCO's own sample reads: 18 and 32 segments, the same as annotations with polygons and runs", async (context) => {
  const root = '../shared/data/coco-panoptic-sample';
  if (!existsSync(root)) return context.skip(`needs ${root}, pictures that may not be part of this repository`);
  const images = path.join(root, 'input_images');
  const panoptic = await openDataset(path.join(root, 'panoptic_examples.json'), { images });
  const instances = await openDataset(path.join(root, 'panoptic_coco_detection_format.json'), { images });
  for (let i = 0; i < 2; i++) {
    const [a, b] = [await panoptic.read(i), await instances.read(i)];
    expect(a.segments.length).toBe([18, 32][i]);
    expect(b.segments.length).toBe([18, 32][i]);
    expect(b.segments.map(({ mask }) => mask)).toEqual(a.segments.map(({ mask }) => mask));
  }
});

test('a file of megabytes is told by its first annotation', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'seg-'));
  const json = await writeSceneSet(folder, { split: 'testing', count: 1, height: 32, width: 32 });
  const padded = { note: 'x'.repeat(3_000_000), ...json, more: 'y'.repeat(3_000_000) };
  await writeFile(path.join(folder, 'panoptic.json'), JSON.stringify(padded));
  expect((await openDataset(folder)).format).toBe('coco-panoptic');
  await rm(folder, { recursive: true });
});
