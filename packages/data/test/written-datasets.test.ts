import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encodeRle, formatRle } from '@seg/coco-eval';
import { expect, test } from 'vitest';

import { asMaskDataset } from '../src/data-sets/mask-conversions.ts';
import type { MaskSample } from '../src/data-sets/mask-sample.ts';
import { SceneDataset } from '../src/data-sets/scene-dataset.ts';
import type { FileDataset } from '../src/files/file-dataset.ts';
import { openDataset } from '../src/files/open-dataset.ts';
import { writeSceneSet } from '../src/files/write-scene-set.ts';
import { maskArea, paintMask } from '../src/masks/box-mask.ts';
import { writeCoco } from '../src/writers/write-coco.ts';
import { writeCocoPanoptic } from '../src/writers/write-coco-panoptic.ts';
import { writeYolo } from '../src/writers/write-yolo.ts';
import { dataFolder, photograph } from './data-folder.ts';
import { masksOf } from './painted-sample.ts';

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'seg-data-'));
  await use(folder);
  await rm(folder, { recursive: true });
}

/** Masks as whole images, since boxes may be larger than they need be. */
const dense = ({ image, segments }: MaskSample) =>
  segments.map(({ mask, category, isCrowd }) => {
    const pixels = new Uint8Array(image.width * image.height);
    paintMask(pixels, image.width, mask, 1);
    return { category, isCrowd, area: maskArea(mask), pixels: pixels.join('') };
  });

async function expectSame(a: FileDataset, b: FileDataset): Promise<void> {
  expect(b.length).toBe(a.length);
  expect(b.categories.map(({ name }) => name)).toEqual(a.categories.map(({ name }) => name));
  for (let i = 0; i < a.length; i++) {
    const [first, second] = [await a.read(i), await b.read(i)];
    expect(second.image).toEqual(first.image);
    expect(dense(second)).toEqual(dense(first));
  }
}

test('scenes go through COCO, COCO panoptic and YOLO without losing a pixel', async () => {
  await withFolder(async (folder) => {
    const at = (name: string) => path.join(folder, name);
    await writeSceneSet(at('scenes'), { split: 'testing', count: 3, height: 64, width: 72 });
    const scenes = await openDataset(at('scenes'));
    const part = [{ split: 'val', dataset: scenes }];
    await writeCoco(at('coco'), part);
    await writeCoco(at('polygons'), part, { segmentation: 'polygons', images: 'link' });
    await writeYolo(at('yolo'), part);
    await writeCocoPanoptic(at('panoptic'), part);
    for (const name of ['coco', 'polygons', 'yolo', 'panoptic']) {
      const written = await openDataset(at(name));
      expect([written.splits, written.split]).toEqual([['val'], 'val']);
      await expectSame(scenes, written);
    }
    expect((await readdir(at('coco'))).sort()).toEqual(['images', 'val.json']);
  });
});

test('holes and several parts become one polygon of YOLO, and come back', async () => {
  const picture = ['........', '.aaaaa..', '.a...a..', '.a.a.a..', '.a...a..', '.aaaaa..', '.......a'];
  const mask = Array.from(picture.join(''), (letter) => Number(letter === 'a'));
  const source = dataFolder({
    'set.json': {
      images: [{ id: 1, file_name: 'a.png', width: 8, height: 7 }],
      categories: [{ id: 1, name: 'ring' }],
      annotations: [{ id: 1, image_id: 1, category_id: 1, segmentation: formatRle(encodeRle(mask, 7, 8)) }],
    },
    'a.png': photograph(8, 7),
  });
  const dataset = await openDataset(source);
  expect(masksOf(await dataset.read(0))).toEqual(picture);
  await withFolder(async (folder) => {
    await writeYolo(folder, [{ split: 'train', dataset }]);
    expect(masksOf(await (await openDataset(folder)).read(0))).toEqual(picture);
  });
});

test('images of one name in different folders keep apart', async () => {
  const source = dataFolder({
    'set.json': {
      images: ['x/a.png', 'y/a.png', 'x_a.png'].map((file_name, id) => ({ id, file_name, width: 5, height: 4 })),
      categories: [{ id: 1, name: 'cat' }],
      annotations: [],
    },
    'x/a.png': photograph(5, 4),
    'y/a.png': photograph(5, 4),
    'x_a.png': photograph(5, 4),
  });
  await withFolder(async (folder) => {
    await writeCoco(folder, [{ split: 'train', dataset: await openDataset(source) }]);
    expect(await readdir(path.join(folder, 'images', 'train'))).toEqual(['a.png', 'x_a.png', 'y_a.png']);
  });
});

test('generated scenes as masks are what the writers start from', async () => {
  const { length, read } = asMaskDataset(new SceneDataset({ split: 'testing', length: 2, height: 32, width: 32 }));
  expect([length, (await read(1)).segments.length > 2]).toEqual([2, true]);
});
