import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { CocoIds } from './coco-ids.ts';

function fileOf(json: object): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'seg-ids-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(path.join(folder, 'gt.json'), JSON.stringify(json));
  return path.join(folder, 'gt.json');
}

test('ids may be below zero, and -1 is one of them', async () => {
  const file = fileOf({ images: [{ id: -1, file_name: 'a.png' }], categories: [{ id: -1, name: 'cat' }] });
  const ids = await CocoIds.read(file);
  expect(ids.imageId('a.png')).toBe(-1);
  expect(ids.renumber([{ id: 3, name: 'cat', isThing: true }])).toEqual([{ id: -1, name: 'cat', isThing: true }]);
  expect(ids.unusedIds()()).toBe(1);
});

test('texts, which results cannot have, are refused with the way out; two images of one name too', async () => {
  const texts = fileOf({ images: [{ id: 'x', file_name: 'a.png' }], categories: [] });
  await expect(CocoIds.read(texts)).rejects.toThrow(
    'expected a whole number below 2^53 (seg data convert --to coco numbers a set with other ids) as images[0].id, got "x"',
  );
  const rounded = fileOf({ images: [{ id: 2 ** 53, file_name: 'a.png' }], categories: [] });
  await expect(CocoIds.read(rounded)).rejects.toThrow('expected a whole number below 2^53');
  const twice = [
    { id: 1, file_name: 'x/a.png' },
    { id: 2, file_name: 'y/a.png' },
  ];
  const ids = await CocoIds.read(fileOf({ images: twice, categories: [] }));
  expect(() => ids.imageId('a.png')).toThrow('expected one image named a.png, got several');
});
