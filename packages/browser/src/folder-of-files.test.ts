import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { useBackend } from '@seg/core';
import { openModel } from '@seg/models';
import { expect, test } from 'vitest';

import { folderOfFiles } from './folder-of-files.ts';

const MODEL = fileURLToPath(new URL('../../../examples/mask2former/model', import.meta.url));
const fileOf = (name: string) => new File([new Uint8Array(readFileSync(`${MODEL}/${name}`))], name);

test('files are the folder that they lay in', async () => {
  await useBackend('wasm');
  const opened = await openModel(folderOfFiles([fileOf('model.safetensors'), fileOf('config.json')]));
  const model = opened.build(opened.createParams());
  expect(opened.description).toEqual((await openModel(MODEL)).description);
  expect(model.params.keys().length).toBeGreaterThan(100);
  model.dispose();
});

test('what is missing or there twice is named', async () => {
  await expect(openModel(folderOfFiles([fileOf('model.safetensors')]))).rejects.toThrow(
    'the chosen folder: expected a file config.json, got none',
  );
  await expect(openModel(folderOfFiles([fileOf('config.json')]))).rejects.toThrow('expected model.safetensors or');
  const twice = () => folderOfFiles([fileOf('config.json'), fileOf('config.json')]);
  expect(twice).toThrow('expected each file of a model once, got config.json twice');
});
