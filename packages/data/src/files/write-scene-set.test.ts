import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decodeImage, decodePanopticPng } from '@seg/image';
import { expect, test } from 'vitest';
import { generateScene } from '../scenes/generate-scene.ts';
import { sceneSeed } from '../scenes/splits.ts';
import { writeSceneSet } from './write-scene-set.ts';

test('images, ids and JSON on disk are the scenes of the seeds', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'seg-'));
  const json = await writeSceneSet(folder, { split: 'testing', start: 5, count: 2, height: 96, width: 112 });
  const scene = generateScene({ seed: sceneSeed('testing', 6), height: 96, width: 112 });
  const name = 'testing-000006.png';
  const read = (kind: string) => readFile(path.join(folder, kind, name));
  expect(await decodeImage(await read('images'), name)).toEqual(scene.image);
  expect((await decodePanopticPng(await read('panoptic'), name)).ids).toEqual(scene.panoptic);
  expect(JSON.parse(await readFile(path.join(folder, 'panoptic.json'), 'utf8'))).toEqual(json);
  expect(json.annotations[1].segments_info.map(({ area }) => area)).toEqual(scene.segments.map(({ area }) => area));
  expect((await readdir(folder)).sort()).toEqual(['images', 'panoptic', 'panoptic.json']);
  await rm(folder, { recursive: true });
});

test('a place that cannot be a folder is one line', async () => {
  const file = path.join(await mkdtemp(path.join(tmpdir(), 'seg-')), 'file');
  await writeFile(file, '');
  const refused = writeSceneSet(file, { split: 'testing', count: 1 });
  await expect(refused).rejects.toThrow(/^writeSceneSet: expected to create .*, got (EEXIST|ENOTDIR)[^\n]*$/);
  await rm(path.dirname(file), { recursive: true });
});
