import path from 'node:path';
import { expect, test } from 'vitest';

import type { DatasetOptions } from '../src/files/dataset-options.ts';
import { openDataset } from '../src/files/open-dataset.ts';
import { dataFolder, labelPng, photograph } from './data-folder.ts';
import { masksOf } from './painted-sample.ts';

// What annotation tools write beyond the plain case of their format. Every photograph is 5 x 4 and has an object of the first
// class in the two by two pixels at the upper left.
const PHOTO = photograph(5, 4);
const CORNER = ['aa...', 'aa...', '.....', '.....'];
const SQUARE = [0, 0, 2, 0, 2, 2, 0, 2];
const LINE = '0 0 0 0.4 0 0.4 0.5 0 0.5\n';

async function firstOf(files: Record<string, unknown>, place = '', options: DatasetOptions = {}) {
  const dataset = await openDataset(path.join(dataFolder(files), place), options);
  const sample = await dataset.read(0);
  return { dataset, sample, masks: masksOf(sample) };
}

const coco = (file_name: string, segmentation: unknown = [SQUARE]) => ({
  images: [{ id: 1, file_name, width: 5, height: 4 }],
  categories: [{ id: 1, name: 'cat' }],
  annotations: [{ id: 1, image_id: 1, category_id: 1, segmentation }],
});

test.each([
  ['names as in URLs', { 'set.json': coco('my%20photo.png'), 'images/my photo.png': PHOTO }],
  ['accents in one sign', { 'set.json': coco('caf\u00e9.png'), 'cafe\u0301.png': PHOTO }],
  ['accents in two', { 'set.json': coco('cafe\u0301.png'), 'caf\u00e9.png': PHOTO }],
  ['a polygon without a list around it', { 'set.json': coco('a.png', SQUARE), 'a.png': PHOTO }],
])('COCO: %s', async (_, files) => {
  expect((await firstOf(files)).masks).toEqual(CORNER);
});

test('COCO: a name that leaves its folder once it is decoded is not followed', async () => {
  const folder = dataFolder({ 'set/set.json': coco('..%2Fsecret.png'), 'secret.png': PHOTO });
  await expect(openDataset(path.join(folder, 'set'))).rejects.toThrow('expected option images');
});

test('COCO panoptic: names with backslashes', async () => {
  const files = {
    'set.json': {
      images: [{ id: 1, file_name: 'days\\a.png', width: 5, height: 4 }],
      categories: [{ id: 1, name: 'cat', isthing: 1 }],
      annotations: [{ image_id: 1, file_name: 'days\\a.png', segments_info: [{ id: 1, category_id: 1 }] }],
    },
    'days/a.png': PHOTO,
    'set/days/a.png': labelPng(5, new Array<number>(20).fill(1)), // gray 1 is id 1 + 256 + 65536
  };
  await expect(firstOf(files)).rejects.toThrow('set/days/a.png');
});

const yaml = (text: string) => `${text}\nnames: [cat]\n`;

test.each([
  ['train: train', 'train/images/a.png', 'train/labels/a.txt'],
  ['train: images/train', 'images/train/day/a.png', 'labels/train/day/a.txt'],
  ['path: set\ntrain: images', 'images/a.png', 'labels/a.txt'],
  ['path: ../datasets/set\ntrain: images', 'images/a.png', 'labels/a.txt'],
  ['path: .\ntrain: ./images/', 'images/a.png', 'labels/a.txt'],
  ['train: list.txt', 'images/a.png', 'labels/a.txt'],
  ['train: lists/list.txt', 'images/a.png', 'labels/a.txt'],
  ['path: set\ntrain: lists/list.txt', 'set/images/a.png', 'set/labels/a.txt'],
])('YOLO: paths as tools write them: %j', async (text, image, label) => {
  const files = { 'data.yaml': yaml(text), [image]: PHOTO, [label]: LINE, 'list.txt': 'data/images/a.png\r\n' };
  for (const list of ['lists/list.txt', 'set/lists/list.txt']) Object.assign(files, { [list]: 'images/a.png' });
  expect((await firstOf(files)).masks).toEqual(CORNER);
});

test('YOLO: without data.yaml, as Label Studio writes it, in one or in splits', async () => {
  const one = { 'classes.txt': 'cat\ndog\n', 'notes.json': {}, 'images/a.png': PHOTO, 'labels/a.txt': LINE };
  const { dataset, masks } = await firstOf(one);
  expect([dataset.format, dataset.categories.map(({ name }) => name), masks]).toEqual(['yolo', ['cat', 'dog'], CORNER]);
  const splits = {
    'images/train/a.png': PHOTO,
    'labels/train/a.txt': LINE,
    'images/val/b.png': PHOTO,
    'labels/val/b.txt': LINE,
  };
  await expect(firstOf(splits)).rejects.toThrow('expected option categories (names in the order of labels');
  const train = await firstOf(splits, '', { categories: ['cat'] });
  expect([train.dataset.splits, train.dataset.length, train.masks]).toEqual([['train', 'val'], 1, CORNER]);
});

test('YOLO: corners in pixels are no fractions; a corner just outside is', async () => {
  const files = (line: string) => ({ 'data.yaml': yaml('train: images'), 'images/a.png': PHOTO, 'labels/a.txt': line });
  await expect(firstOf(files('0 0 0 2 0 2 2 0 2'))).rejects.toThrow(
    'a.txt: line 1: expected fractions of the image, got 2',
  );
  expect((await firstOf(files('0 -0.1 -0.1 0.4 0 0.4 0.5 0 0.5'))).masks).toEqual(CORNER);
});

test('YOLO: photographs of a kind that is not read are refused by name, not left out', async () => {
  const files = { 'data.yaml': yaml('train: images'), 'images/a.bmp': 'BM', 'labels/a.txt': LINE };
  await expect(firstOf(files)).rejects.toThrow('a.bmp to be a JPEG or PNG image, got a BMP');
});

test('YOLO: names that are missing are asked for, not a data set', async () => {
  const files = { 'data.yaml': 'train: images\nnc: 1\n', 'images/a.png': PHOTO };
  await expect(firstOf(files)).rejects.toThrow('data.yaml: expected names, got nothing');
});

const shape = (label: string, points: number[][], shape_type = 'rectangle') => ({ label, points, shape_type });
const labelMe = (shapes: object[], imagePath = 'a.png') => ({ shapes, imagePath, imageHeight: 4, imageWidth: 5 });
const TWO = [
  [0, 0],
  [2, 2],
];
const FOUR = [
  [0, 0],
  [2, 0],
  [2, 2],
  [0, 2],
];

test.each([
  ['rectangle', FOUR],
  ['rotation', FOUR],
  ['oriented_rectangle', FOUR],
  ['rectangle', [...TWO].reverse()],
])('LabelMe: a %s of corners', async (kind, points) => {
  expect((await firstOf({ 'a.json': labelMe([shape('cat', points, kind)]), 'a.png': PHOTO })).masks).toEqual(CORNER);
});

test('LabelMe: a rectangle of three corners is none', async () => {
  const files = { 'a.json': labelMe([shape('cat', FOUR.slice(0, 3))]), 'a.png': PHOTO };
  await expect(firstOf(files)).rejects.toThrow('shapes[0]: expected 2 or 4 corners, got 3');
});

test('LabelMe: files in a folder beside that of the images', async () => {
  const files = { 'annotations/a.json': labelMe([shape('cat', TWO)], '..\\images\\a.png'), 'images/a.png': PHOTO };
  expect((await firstOf(files)).masks).toEqual(CORNER);
  expect((await firstOf(files, 'annotations')).masks).toEqual(CORNER);
});

test('LabelMe: an image that is in its file alone is asked for', async () => {
  const json = { ...labelMe([shape('cat', TWO)]), imageData: 'iVBO' };
  await expect(firstOf({ 'a.json': json })).rejects.toThrow(
    'got imageData in the file alone: write the image beside it',
  );
  expect((await firstOf({ 'a.json': json, 'a.png': PHOTO })).masks).toEqual(CORNER);
});

test('LabelMe: labels.txt says the classes; __ignore__ is unknown, _background_ nothing', async () => {
  const right = [
    [3, 0],
    [5, 4],
  ];
  const shapes = [shape('cat', TWO), shape('__ignore__', right), shape('_background_', right)];
  const list = '__ignore__\n_background_\nzebra\ncat\n';
  const listed = await firstOf({ 'labels.txt': list, 'a.json': labelMe(shapes), 'a.png': PHOTO });
  expect(listed.dataset.categories.map(({ name }) => name)).toEqual(['zebra', 'cat']);
  expect(listed.masks).toEqual(['bb.??', 'bb.??', '...??', '...??']);
  const found = await firstOf({ 'a.json': labelMe(shapes), 'a.png': PHOTO });
  expect(found.dataset.categories.map(({ name }) => name)).toEqual(['cat']);
  const unlisted = { 'labels.txt': 'zebra\n', 'a.json': labelMe(shapes), 'a.png': PHOTO };
  await expect(firstOf(unlisted)).rejects.toThrow('expected a label of the categories, got "cat"');
});

const cvat = (...images: string[]) =>
  `<annotations><meta><task><labels><label><name>cat</name></label></labels></task></meta>${images.join('')}</annotations>`;
const cvatImage = (shapes: string, more = '') => `<image name="a.png" width="5" height="4" ${more}>${shapes}</image>`;
const BOX = '<box label="cat" xtl="0" ytl="0" xbr="2" ybr="2"/>';

test.each([
  ['box', 'xtl="0" ytl="1" xbr="4" ybr="3" rotation="90.00"', '1,0;3,0;3,4;1,4'],
  // a square of side 2 · √2 about 2, 2 stands on its corner
  ['box', 'xtl="0.5858" ytl="0.5858" xbr="3.4142" ybr="3.4142" rotation="45"', '2,0;4,2;2,4;0,2'],
  ['box', 'xtl="1" ytl="1" xbr="3" ybr="5" rotation="90"', '0,2;4,2;4,4;0,4'],
  ['box', 'xtl="0" ytl="1" xbr="2" ybr="3" rotation="0"', '0,1;2,1;2,3;0,3'],
])('CVAT: a %s that is turned: %s', async (kind, attributes, points) => {
  const files = (shape: string) => ({ 'annotations.xml': cvat(cvatImage(shape)), 'images/a.png': PHOTO });
  const polygon = await firstOf(files(`<polygon label="cat" points="${points}"/>`));
  expect((await firstOf(files(`<${kind} label="cat" ${attributes}/>`))).masks).toEqual(polygon.masks);
});

test('CVAT: boxes turn clockwise, and ellipses about their center', async () => {
  const at = async (shape: string) =>
    (await firstOf({ 'annotations.xml': cvat(cvatImage(shape)), 'images/a.png': PHOTO })).masks;
  // 5 wide and 1 high about 2.5, 2, an eighth of a turn: its right end goes down
  const [first, , , last] = await at('<box label="cat" xtl="0" ytl="1.5" xbr="5" ybr="2.5" rotation="45"/>');
  expect([first.indexOf('a'), last.indexOf('a')].every((x, i) => (i === 0 ? x < 2 : x > 2))).toBe(true);
  const lying = await at('<ellipse label="cat" cx="2" cy="2" rx="2" ry="1"/>');
  const standing = await at('<ellipse label="cat" cx="2" cy="2" rx="1" ry="2"/>');
  expect(await at('<ellipse label="cat" cx="2" cy="2" rx="2" ry="1" rotation="90"/>')).toEqual(standing);
  expect(lying).not.toEqual(standing);
});

test('CVAT: images of projects lie in folders of their subsets, in their spelling', async () => {
  const [train, test] = ['Train', 'Validation'].map((name) => cvatImage(BOX, `subset="${name}"`));
  const one = await firstOf({ 'annotations.xml': cvat(train), 'images/Train/a.png': PHOTO });
  expect([one.dataset.splits, one.masks]).toEqual([[], CORNER]);
  const files = { 'annotations.xml': cvat(train, test), 'images/Train/a.png': PHOTO, 'images/Validation/a.png': PHOTO };
  const two = await firstOf(files, '', { split: 'val' });
  expect(two.dataset.items[0].file).toMatch(/images.Validation.a\.png$/);
});

test('CVAT: tracks of a video are refused', async () => {
  const files = {
    'annotations.xml': cvat('<track id="0" label="cat"><box frame="0"/></track>'),
    'images/a.png': PHOTO,
  };
  await expect(firstOf(files)).rejects.toThrow('annotations.xml: expected images, got tracks of a video: export');
});

test('Roboflow: a map beside each image, names in a table', async () => {
  const map = labelPng(
    5,
    CORNER.join('')
      .split('')
      .map((sign) => (sign === 'a' ? 0 : 1)),
  );
  const files = (table: string) => ({
    'train/a.png': PHOTO,
    'train/a_mask.png': map,
    'train/_classes.csv': table,
  });
  const { dataset, sample } = await firstOf(files('Pixel Value, Class\r\n0, cat\r\n1, rest\r\n'));
  expect([dataset.splits, dataset.length, dataset.categories.map(({ name }) => name)]).toEqual([
    ['train'],
    1,
    ['cat', 'rest'],
  ]);
  expect(masksOf(sample)[0]).toBe('aabbb');
  await expect(firstOf(files('Pixel Value, Class\n1, cat\n'))).rejects.toThrow(
    '_classes.csv: line 2: expected label 0 and a name, got "1, cat"',
  );
});

test('Pascal VOC: lists in any spelling of a split', async () => {
  const files = {
    'ImageSets/Segmentation/Train.txt': 'a\n',
    'JPEGImages/a.png': PHOTO,
    'SegmentationClass/a.png': labelPng(
      5,
      CORNER.join('')
        .split('')
        .map((sign) => (sign === 'a' ? 1 : 0)),
    ),
  };
  const { dataset, masks } = await firstOf(files, '', { categories: ['cat'] });
  expect([dataset.splits, masks]).toEqual([['train'], CORNER]);
});
