import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { asMaskDataset, SceneDataset } from '@seg/data';
import { expect, test } from 'vitest';

import { writeValidationPicture } from './validation-pictures.ts';

test('images of the same or a strange name have pictures of their own, all in the folder', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'seg-pictures-'));
  const { categories, read } = asMaskDataset(new SceneDataset({ split: 'testing', length: 1, height: 32, width: 32 }));
  const sample = await read(0);
  const found = { instances: [], width: 32, height: 32 };
  const names = ['a/b.png', 'a_b.png', '../../x', `line\n${'é'.repeat(300)}.jpg`];
  for (const [k, name] of names.entries()) {
    await writeValidationPicture(folder, { sample: { ...sample, name }, found }, k, categories);
  }
  expect(readdirSync(folder).sort()).toEqual([
    '01-a_b.png',
    '02-a_b.png',
    '03-.._.._x.png',
    `04-${'é'.repeat(48)}.png`,
  ]);
  rmSync(folder, { recursive: true });
});
