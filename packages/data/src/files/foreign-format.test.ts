import path from 'node:path';
import { expect, test } from 'vitest';

import { dataFolder, photograph } from '../../test/data-folder.ts';
import { openDataset } from './open-dataset.ts';

test.each([
  [{ 'via.json': { 'a.png9': { filename: 'a.png', regions: [] } } }, 'VGG Image Annotator (VIA): export them as COCO'],
  [{ 'via.json': { _via_settings: {} } }, 'via.json, a project of VGG Image Annotator (VIA): export it as COCO'],
  [{ 'p.json': [{ id: 1, annotations: [], data: {} }] }, 'p.json, tasks of Label Studio: export them as COCO'],
  [{ 'c.json': [{ image: 'a.png', annotations: [] }] }, 'boxes of CreateML'],
  [{ 'r.json': [{ image_id: 1, score: 1 }] }, 'results of a model'],
  [{ 'annotations/d.json': { categories: { label: {} }, items: [] } }, 'annotations/d.json, a data set of Datumaro'],
  [{ 'annotations/captions_val2017.json': {} }, 'COCO without instances'],
  [{ 'a.json': { images: [], categories: [] } }, 'COCO without all of the lists'],
  [{ 'meta.json': {}, 'ds0/ann/a.png.json': {} }, 'a project of Supervisely: export it as COCO'],
  [{ 'Annotations/a.xml': '<annotation/>' }, 'boxes of Pascal VOC without SegmentationClass/'],
  [{ 'images/ADE/training/a.png': photograph(2, 2) }, 'the full release of ADE20K'],
  [{ 'obj.names': 'cat' }, 'YOLO of Darknet'],
  [{ 'set.zip': 'PK' }, 'set.zip, an archive: unpack it first'],
  [{ 'a.png': photograph(2, 2) }, 'images without annotations'],
  [{ 'a.txt': 'nothing' }, 'none of them'],
])('what is of another format is named: %j', async (files, message) => {
  await expect(openDataset(dataFolder(files))).rejects.toThrow(message);
});

test('a file, too', async () => {
  const folder = dataFolder({ 'set.tar': '', 'a.png': photograph(2, 2) });
  await expect(openDataset(path.join(folder, 'set.tar'))).rejects.toThrow('got an archive: unpack it first');
  await expect(openDataset(path.join(folder, 'a.png'))).rejects.toThrow('got an image');
});
