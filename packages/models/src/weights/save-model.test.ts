import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { StoredValue } from '@seg/checkpoint/safetensors';
import { expect, test } from 'vitest';

import { TINY_DESCRIPTIONS } from '../../test/tiny-descriptions.ts';
import type { ModelDescription } from '../description/model-description.ts';
import { modelFiles } from './model-files.ts';
import { saveModel } from './save-model.ts';

const GOOD = TINY_DESCRIPTIONS.mask2former;
const WEIGHTS = new Map<string, StoredValue>([['a', { shape: [2], values: Float32Array.of(1, 2) }]]);

function withFields(fields: object): ModelDescription {
  return { ...GOOD, ...fields } as ModelDescription;
}

test.each([
  ['a config of no system', withFields({ config: null }), /expected .* got/],
  ['a field of the config that is none', withFields({ config: { ...GOOD.config, dim: Number.NaN } }), /dim/],
  ['fewer categories than classes', withFields({ categories: GOOD.categories.slice(1) }), /categories/],
  ['a mean that is no number', withFields({ preprocessing: { ...GOOD.preprocessing, mean: [0, 0, null] } }), /mean/],
  ['a threshold beyond 1', withFields({ inference: { scoreThreshold: 2 } }), /scoreThreshold/],
  ['a field that no reader knows', withFields({ notes: 'mine' }), /notes/],
  ['a foreign system without preprocessing', withFields({ config: { model: 'own' }, preprocessing: {} }), /resize/],
])('%s is refused before anything is written', async (_, description, message) => {
  const folder = path.join(mkdtempSync(path.join(tmpdir(), 'seg-save-')), 'model');
  await expect(saveModel(folder, description, WEIGHTS)).rejects.toThrow(message);
  expect(existsSync(folder)).toBe(false);
  await expect(modelFiles(description, WEIGHTS)).rejects.toThrow(message);
});

test('shards are seen all or none', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'seg-save-'));
  const value = (first: number): StoredValue => ({ shape: [2], values: Float32Array.of(first, 2) });
  const two = new Map([['a', value(1)] as const, ['b', value(1)] as const]);
  await saveModel(folder, GOOD, two, { shardBytes: 8 });
  const files = ['config.json', 'model-00001.safetensors', 'model-00002.safetensors', 'model.safetensors.index.json'];
  expect(readdirSync(folder).sort()).toEqual(files);
  const before = readFileSync(path.join(folder, 'model-00001.safetensors'));
  const broken = new Map([['a', value(3)] as const, ['b', value(Number.POSITIVE_INFINITY)] as const]);
  await expect(saveModel(folder, GOOD, broken, { shardBytes: 8 })).rejects.toThrow('got Infinity in b');
  expect(readdirSync(folder).sort()).toEqual(files);
  expect(readFileSync(path.join(folder, 'model-00001.safetensors'))).toEqual(before);
});

test('weights that are no numbers are refused by their key, and the weights that were there stay', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'seg-save-'));
  await saveModel(folder, GOOD, WEIGHTS);
  const before = readFileSync(path.join(folder, 'model.safetensors'));
  const broken = new Map([...WEIGHTS, ['b', { shape: [2], values: Float32Array.of(0, Number.NaN) }] as const]);
  const message = 'saveModel: expected finite weights, got NaN in b (1 of 2)';
  await expect(saveModel(folder, GOOD, broken)).rejects.toThrow(message);
  expect(readFileSync(path.join(folder, 'model.safetensors'))).toEqual(before);
  await expect(modelFiles(GOOD, broken)).rejects.toThrow('modelFiles: expected finite weights');
});
