import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { StoredValue } from '@seg/checkpoint';
import { ParamStore, useBackend } from '@seg/core';
import { beforeAll, expect, test } from 'vitest';

import { TINY_DESCRIPTIONS } from '../../test/tiny-descriptions.ts';
import { buildModel } from '../systems/systems.ts';
import { modelFiles } from './model-files.ts';
import { type SaveModelOptions, saveModel } from './save-model.ts';
import { storedParams, type Weights } from './stored-params.ts';

const DESCRIPTION = TINY_DESCRIPTIONS.mask2former;

beforeAll(async () => void (await useBackend('cpu')));

async function expectRefused(weights: () => unknown, message: RegExp, options?: object): Promise<void> {
  const folder = path.join(mkdtempSync(path.join(tmpdir(), 'seg-keys-')), 'model');
  const save = saveModel(folder, DESCRIPTION, weights() as Weights, options as SaveModelOptions);
  await expect(save).rejects.toThrow(message);
  expect(existsSync(path.join(folder, 'config.json'))).toBe(false);
  expect(existsSync(path.join(folder, 'model.safetensors'))).toBe(false);
  await expect(modelFiles(DESCRIPTION, weights() as Weights, options)).rejects.toThrow(message);
}

async function weightsOf(): Promise<Map<string, StoredValue>> {
  const model = buildModel(new ParamStore('zeros'), DESCRIPTION.config);
  const found = new Map<string, StoredValue>();
  for await (const [key, value] of storedParams(model.params)) found.set(key, value);
  model.dispose();
  return found;
}

test('a model that is gone, or has no weights, is not saved', async () => {
  const model = buildModel(new ParamStore('zeros'), DESCRIPTION.config);
  model.dispose();
  await expectRefused(() => storedParams(model.params), /expected a live model, got one that was disposed/);
  await expectRefused(() => new Map(), /expected weights of mask2former, got none/);
  await expectRefused(() => storedParams(new ParamStore()), /expected weights of mask2former, got none/);
  await expectRefused(() => null, /expected weights as a Map or storedParams of a model, got null/);
});

test('keys that the model misses or lacks are named', async () => {
  const weights = await weightsOf();
  const [first] = weights.keys();
  const fewer = new Map([...weights].slice(1));
  await expectRefused(() => fewer, new RegExp(`expected the keys of mask2former, got no ${first}`));
  const more = new Map([...weights, ['mine', { shape: [1], values: new Float32Array(1) }]]);
  await expectRefused(() => more, /expected the keys of mask2former, got unexpected mine/);
});

test.each([
  [{ precision: 'f16' }, /expected float32, float16, int8 as precision, got "f16"/],
  [{ precison: 'float16' }, /expected nothing but .*, got precison "float16"/],
  [{ metadata: { step: 5 } }, /expected texts by name as metadata, got/],
  [null, /expected an object of options, got null/],
])('%j is refused before anything is written', async (options, message) => {
  await expectRefused(() => new Map(), message, options as object);
});

test('shards are of one byte or more', async () => {
  const save = saveModel('never', DESCRIPTION, new Map(), { shardBytes: Number.NaN });
  await expect(save).rejects.toThrow('saveModel: expected a number of at least 1 as shardBytes, got NaN');
});
