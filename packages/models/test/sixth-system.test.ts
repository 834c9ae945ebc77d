import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { renamedBack, type StoredValue, writeSafetensors } from '@seg/checkpoint';
import { ParamStore, useBackend } from '@seg/core';
import type { RgbImage } from '@seg/image';
import { keyNamings, loadModel, Segmenter, SYSTEMS, storedParams } from '@seg/models';
import { saveModel } from '@seg/models/node';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

import { STRIPES } from './sixth/sixth-system.ts';

const DESCRIPTION = STRIPES.presets['stripes-tiny'];
const systems = [...SYSTEMS, STRIPES];
let folder = '';

beforeAll(async () => void (await useBackend('cpu')));
beforeEach(() => void (folder = mkdtempSync(path.join(tmpdir(), 'seg-sixth-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** Weights that call a pixel light where the sum of its channels, behind the normalization, is above 0. */
async function weights(): Promise<Map<string, StoredValue>> {
  const model = STRIPES.build(new ParamStore('zeros'), DESCRIPTION.config);
  const found = new Map<string, StoredValue>();
  for await (const [key, value] of storedParams(model.params)) found.set(key, value);
  model.dispose();
  found.get('features.weight')!.values.fill(1, 0, 48); // the first feature sums a square of 4 × 4 × 3
  const masks = found.get('masks.weight')!.values;
  [masks[0], masks[4]] = [-1, 1];
  return found;
}

/** Left half black, right half white. */
function halves(): RgbImage {
  const data = Uint8Array.from({ length: 16 * 32 * 3 }, (_, i) => (Math.floor(i / 3) % 32 < 16 ? 0 : 255));
  return { data, width: 32, height: 16 };
}

test('a sixth system, from a folder to the label of a pixel', async () => {
  await saveModel(folder, DESCRIPTION, await weights());
  const segmenter = await Segmenter.load(folder, { systems });
  const { ids } = await segmenter.segment(halves(), { task: 'semantic' });
  expect([ids[3], ids[29]]).toEqual([1, 2]);
  expect(segmenter.tasks).toEqual(['semantic']);
  await expect(segmenter.segment(halves())).rejects.toThrow('expected task semantic of stripes, got panoptic');
  segmenter.dispose();
});

test("its authors' keys are recognized", async () => {
  const [{ keyMap }] = keyNamings(DESCRIPTION.config, systems);
  const file = path.join(folder, 'authors.safetensors');
  writeFileSync(file, writeSafetensors(renamedBack(await weights(), keyMap)));
  (await loadModel(file, DESCRIPTION, { systems })).model.dispose();
});

test('a wrong field is refused by its name, and without the record the model by its own', async () => {
  await saveModel(folder, { ...DESCRIPTION, config: { ...DESCRIPTION.config, dim: 0 } }, await weights());
  await expect(loadModel(folder, undefined, { systems })).rejects.toThrow(
    'a whole number above 0 as config.dim, got 0',
  );
  await expect(loadModel(folder)).rejects.toThrow(/expected mask2former or .* as config.model, got "stripes"/);
});

test('docs/adding-a-model.md quotes the code that runs here', () => {
  const guide = readFileSync(path.join(import.meta.dirname, '../../../docs/adding-a-model.md'), 'utf8');
  const blocks = [...guide.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code);
  const code = readFileSync(path.join(import.meta.dirname, 'sixth/sixth-system.ts'), 'utf8');
  expect(blocks.length).toBeGreaterThanOrEqual(3);
  expect(blocks.filter((block) => !code.includes(block))).toEqual([]);
});
