import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FormatError } from '@seg/checkpoint/safetensors';
import { PanopticQuality } from '@seg/coco-eval';
import { encodePng } from '@seg/image';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateScene } from '../scenes/generate-scene.ts';
import { CocoPanopticDataset } from './coco-panoptic-dataset.ts';
import { writeSceneSet } from './write-scene-set.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'seg-'));
  await writeSceneSet(folder, { split: 'validation', count: 2, height: 64, width: 80 });
});
afterAll(() => rm(folder, { recursive: true }));

const filesIn = (root: string) => ({
  json: path.join(root, 'panoptic.json'),
  images: path.join(root, 'images'),
  panoptic: path.join(root, 'panoptic'),
});

test('reads back what was written', async () => {
  const dataset = await CocoPanopticDataset.open(filesIn(folder));
  const scene = generateScene({ seed: 1_000_000_001, height: 64, width: 80 });
  const sample = await dataset.read(1);
  expect([dataset.length, sample.name]).toEqual([2, 'validation-000001.png']);
  expect(sample.image).toEqual(scene.image);
  expect(sample.ids).toEqual(scene.panoptic);
  expect(sample.segments.map(({ category_id }) => category_id)).toEqual(
    scene.segments.map(({ category_id }) => category_id),
  );
});

describe('files that lie are refused in one line', () => {
  type Json = Awaited<ReturnType<typeof readJson>>;
  const readJson = async () => JSON.parse(await readFile(path.join(folder, 'panoptic.json'), 'utf8'));

  test.each<[string, (json: Json) => unknown, string]>([
    ['not JSON', () => 'segments:', 'expected JSON, got "segments:"'],
    ['a list', () => [], 'expected an object, got []'],
    ['no annotations', (json) => ({ ...json, annotations: 3 }), 'expected a list annotations, got 3'],
    ['an unknown image', (json) => with_(json, (j) => (j.annotations[0].image_id = 77)), 'a known image_id, got 77'],
    ['a name that leaves its folder', (json) => with_(json, (j) => (j.images[1].file_name = '../x.png')), '"../x.png"'],
    [
      'two equal ids',
      (json) => with_(json, (j) => (j.images[1].id = j.images[0].id)),
      'every image id once, got 1 twice',
    ],
    [
      'an unknown category',
      (json) => with_(json, (j) => (j.annotations[1].segments_info[0].category_id = 99)),
      'annotations[1].segments_info[0]: expected a known category_id, got 99',
    ],
    ['id 0', (json) => with_(json, (j) => (j.annotations[0].segments_info[0].id = 0)), 'from 1 to 16777215, got 0'],
  ])('%s', async (_, change, message) => {
    const changed = change(await readJson());
    const json = path.join(folder, 'changed.json');
    await writeFile(json, typeof changed === 'string' ? changed : JSON.stringify(changed));
    await expectRefused(CocoPanopticDataset.open({ ...filesIn(folder), json }), message);
  });

  test('sizes and ids that do not agree with the pictures', async () => {
    const dataset = await CocoPanopticDataset.open(filesIn(folder));
    const [annotation] = dataset.json.annotations;
    const first = annotation.segments_info[0];
    first.id += 100;
    await expectRefused(dataset.read(0), `expected ids of the annotation, got ${first.id - 100}`);
    first.id -= 100;
    annotation.segments_info.push({ ...first, id: 500 });
    await expectRefused(dataset.read(0), 'expected a pixel with id 500 of the annotation, got none');
    dataset.json.images[1].width = 79;
    await expectRefused(dataset.read(1), 'expected 79x64 pixels, got 80x64');
    await writeFile(
      path.join(folder, 'images', 'validation-000001.png'),
      encodePng({ data: new Uint8Array(12), width: 2, height: 2 }),
    );
    await expectRefused(dataset.read(1), 'validation-000001.png: expected 2x2 pixels, got 80x64');
    await expectRefused(CocoPanopticDataset.open({ ...filesIn(folder), json: 'nowhere.json' }), 'ENOENT');
  });

  function with_(json: Json, change: (json: Json) => unknown): Json {
    change(json);
    return json;
  }

  async function expectRefused(promise: Promise<unknown>, message: string): Promise<void> {
    const refusal = await promise.then(
      () => null,
      (error: unknown) => error,
    );
    expect(refusal).toBeInstanceOf(FormatError);
    expect((refusal as Error).message).toContain(message);
    expect((refusal as Error).message).not.toContain('\n');
  }
});

test('two photographs of COCO pass through the reader, with PQ 100 against themselves', async (context) => {
  const root = '../shared/data/coco-panoptic-sample';
  if (!existsSync(root)) return context.skip(`needs ${root}, photographs that may not be part of this repository`);
  const dataset = await CocoPanopticDataset.open({
    json: `${root}/panoptic_examples.json`,
    images: `${root}/input_images`,
    panoptic: `${root}/panoptic_examples`,
  });
  const quality = new PanopticQuality({ categories: dataset.categories });
  const counts: number[] = [];
  for (let i = 0; i < dataset.length; i++) {
    const { ids, segments } = await dataset.read(i);
    counts.push(segments.length);
    const single = segments.filter(({ iscrowd }) => iscrowd === 0);
    const known = new Set(single.map(({ id }) => id));
    const predicted = ids.map((id) => (known.has(id) ? id : 0));
    quality.add({ groundTruth: { ids, segments }, prediction: { ids: predicted, segments: single } });
  }
  expect(counts).toEqual([18, 32]); // as their JSON says
  expect(quality.result().all.pq).toBe(1);
});
