import { expect, test } from 'vitest';

import { dataFolder, photograph } from '../../test/data-folder.ts';
import { masksOf } from '../../test/painted-sample.ts';
import { openDataset } from './open-dataset.ts';

const xml = (images: string) => `<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>1.1</version>
  <meta><task><labels>
    <label><name>cat &amp; dog</name><attributes></attributes></label>
    <label><name>bird</name></label>
  </labels></task></meta>
  ${images}
</annotations>`;
const image = (shapes: string, more = '') =>
  `<image id="0" name="a.png" ${more} width="6" height="5">${shapes}</image>`;
const polygon = (points: string, more = '') =>
  `<polygon label="bird" source="manual" occluded="0" points="${points}" z_order="0" ${more}></polygon>`;
const read = async (shapes: string) =>
  (await openDataset(dataFolder({ 'annotations.xml': xml(image(shapes)), 'images/a.png': photograph(6, 5) }))).read(0);

test('polygons, boxes, masks and groups, with labels in order', async () => {
  const shapes = [
    polygon('0.00,0.00;2.00,0.00;2.00,2.00;0.00,2.00', 'group_id="3"'),
    '<box label="cat &amp; dog" xtl="4" ytl="0" xbr="6" ybr="2"/>',
    polygon('0,3;2,3;2,5;0,5', 'group_id="3"'),
    '<mask label="bird" rle="0, 1, 1, 2" left="4" top="3" width="2" height="2"/>',
    '<tag label="bird"/>',
  ];
  const dataset = await openDataset(
    dataFolder({ 'annotations.xml': xml(image(shapes.join(''))), 'images/a.png': photograph(6, 5) }),
  );
  expect([dataset.format, dataset.task, dataset.categories.map(({ name }) => name)]).toEqual([
    'cvat',
    'instance',
    ['cat & dog', 'bird'],
  ]);
  const sample = await dataset.read(0);
  expect(sample.segments.map(({ category }) => category)).toEqual([1, 0, 1]);
  expect(masksOf(sample)).toEqual(['bb..aa', 'bb..aa', '......', 'bb..b.', 'bb..bb']);
});

test('subsets are splits', async () => {
  const two = image('', 'subset="Train"') + image('', 'subset="Validation"').replace('a.png', 'b.png');
  const folder = dataFolder({
    'annotations.xml': xml(two),
    'images/Train/a.png': photograph(6, 5),
    'images/train/a.png': photograph(6, 5),
    'images/b.png': photograph(6, 5),
  });
  const dataset = await openDataset(folder);
  expect([dataset.splits, dataset.split, dataset.length]).toEqual([['train', 'val'], 'train', 1]);
});

test.each([
  ['<polyline label="bird" points="0,0;1,1"/>', 'shape 1: expected a polygon, box, ellipse or mask, got "polyline"'],
  [polygon('0,0;1,1'), 'shape 1: expected points x,y;x,y;x,y, got "0,0;1,1"'],
  [polygon('0,0;1,1;,'), 'shape 1: expected points'],
  ['<box label="bird" xtl="0" ytl="0" xbr="1"/>', 'shape 1: expected a number ybr, got nothing'],
  ['<mask label="bird" rle="1, 9" left="0" top="0" width="2" height="2"/>', 'shape 1: expected runs of 2x2 pixels'],
  ['<box label="fox" xtl="0" ytl="0" xbr="1" ybr="1"/>', 'expected a label of the file, got "fox"'],
  ['<box xtl="0">', 'expected a label, got nothing'],
  ['&bomb;', 'expected XML, got'],
  ['</image>', 'expected XML, got'],
])('what is wrong is one line with its place: %#', async (shapes, message) => {
  const opened = read(shapes);
  await expect(opened).rejects.toThrow(message);
  await expect(opened).rejects.toThrow(/^[^\n]*annotations\.xml: [^\n]*$/);
});

test('entities of one’s own are not expanded', async () => {
  const bomb = `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "x"><!ENTITY b "&a;&a;">]>${xml(image('&b;')).slice(38)}`;
  const opened = openDataset(dataFolder({ 'annotations.xml': bomb, 'images/a.png': photograph(6, 5) }));
  await expect(opened).rejects.toThrow('expected XML, got');
});
