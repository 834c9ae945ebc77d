import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { renamedBack, writeSafetensors } from '@seg/checkpoint';
import { type ParamStore, useBackend } from '@seg/core';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

import { loadModel } from '../src/load-model.ts';
import { Segmenter } from '../src/segmenter.ts';
import { MASK2FORMER_ORIGINAL_KEYS } from '../src/systems/mask2former/key-map.ts';
import { Mask2Former } from '../src/systems/mask2former/mask2former.ts';
import { formulaSource, keysOf, TINY_HUGGING_FACE, TINY_MASK2FORMER } from './tiny.ts';
import { withNan } from './with-nan.ts';

const construct = (params: ParamStore) => new Mask2Former(params, TINY_MASK2FORMER);
let folder = '';
const put = (name: string, content: Uint8Array | object | string) =>
  writeFileSync(
    path.join(folder, name),
    content instanceof Uint8Array || typeof content === 'string' ? content : JSON.stringify(content),
  );
const tensors = () => {
  const source = formulaSource(keysOf(construct));
  return new Map([...source.keys()].map((key) => [key, source.read(key)!]));
};

beforeAll(async () => {
  await useBackend('cpu');
});
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'seg-model-'));
  put('config.json', TINY_HUGGING_FACE);
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a Hugging Face folder loads as published', async () => {
  put('model.safetensors', writeSafetensors(tensors()));
  put('preprocessor_config.json', {
    size: { height: 384, width: 384 },
    size_divisor: 32,
    image_mean: [0.5, 0.5, 0.5],
    image_std: [0.5, 0.5, 0.5],
  });
  const { model, categories, preprocessing } = await loadModel(folder);
  expect(categories.map(({ name }) => name)).toEqual(['cat', 'dog', 'sky', 'sea', 'sand']);
  expect(preprocessing.resize).toEqual({ kind: 'exact', size: [384, 384] });
  const values = await model.params.get('class_predictor.bias').data();
  expect([...values]).toEqual([...tensors().get('class_predictor.bias')!.values]);
  model.dispose();
});

test('buffers that published files hold beside the model are left unused', async () => {
  const extra = { shape: [2], values: Float32Array.of(1, 2) };
  put(
    'model.safetensors',
    writeSafetensors(tensors().set('criterion.empty_weight', extra).set('x.num_batches_tracked', extra)),
  );
  (await loadModel(folder)).model.dispose();
});

test('weights that are not finite are refused by their key, unless they are meant', async () => {
  const all = tensors();
  put('model.safetensors', withNan(all, 'class_predictor.bias', 1));
  const before = tf.memory().numTensors;
  await expect(loadModel(folder)).rejects.toThrow(
    /expected finite weights, got NaN in class_predictor\.bias \(1 of 6\)/,
  );
  expect(tf.memory().numTensors).toBe(before);
  (await loadModel(folder, undefined, { allowNonFinite: true })).model.dispose();
});

test('shards load by their index', async () => {
  const all = [...tensors()];
  const [first, second] = [all.slice(0, 100), all.slice(100)];
  put('a.safetensors', writeSafetensors(new Map(first)));
  put('b.safetensors', writeSafetensors(new Map(second)));
  const entry =
    (file: string) =>
    ([key]: (typeof all)[number]) => [key, file];
  put('model.safetensors.index.json', {
    weight_map: Object.fromEntries([...first.map(entry('a.safetensors')), ...second.map(entry('b.safetensors'))]),
  });
  (await loadModel(folder)).model.dispose();
});

test('original keys are recognized', async () => {
  put('model.safetensors', writeSafetensors(renamedBack(tensors(), MASK2FORMER_ORIGINAL_KEYS)));
  (await loadModel(folder)).model.dispose();
});

test.each([
  ['no config', () => rmSync(path.join(folder, 'config.json')), /expected a file config.json, got none/],
  ['a config that is not JSON', () => put('config.json', '# model'), /config.json: expected JSON, got "# model"/],
  [
    'another system',
    () => put('config.json', { model_type: 'bert' }),
    /config.json: expected format seg-model-1 or model_type mask2former or maskformer, got "bert"/,
  ],
  [
    'a config without a size',
    () => put('config.json', { ...TINY_HUGGING_FACE, hidden_dim: undefined }),
    /expected feature_size equal to hidden_dim 256, got 64/,
  ],
  [
    'a backbone of text',
    () =>
      put('config.json', {
        ...TINY_HUGGING_FACE,
        backbone_config: { ...TINY_HUGGING_FACE.backbone_config, embedding_size: 'x' },
      }),
    /config.json: expected a whole number from 1 to 65536 as backbone_config.embedding_size, got "x"/,
  ],
  [
    'a divisor that is none',
    () => put('preprocessor_config.json', { size_divisor: 'x' }),
    /preprocessor_config.json: expected a whole number from 0 to 65536 as size_divisor, got "x"/,
  ],
  [
    'a mean of two channels',
    () => put('preprocessor_config.json', { size_divisor: null, image_mean: [0, 1] }),
    /expected a number, or three of them as image_mean, got \[0,1\]/,
  ],
  [
    'a size of no pixels',
    () => put('preprocessor_config.json', { size: { shortest_edge: -3 } }),
    /expected a whole number, height and width, or some of .* as size, got {"shortest_edge":-3}/,
  ],
  ['no weights', () => rmSync(path.join(folder, 'model.safetensors')), /expected model.safetensors or/],
  [
    'truncated weights',
    () => truncateSync(path.join(folder, 'model.safetensors'), 100_000),
    /model.safetensors: expected \d+ bytes of data, got/,
  ],
  [
    'an index that leaves the folder',
    () => {
      rmSync(path.join(folder, 'model.safetensors'));
      put('model.safetensors.index.json', { weight_map: { a: '../../secret' } });
    },
    /expected a weight_map of file names/,
  ],
  [
    'half a set of shards',
    () => {
      rmSync(path.join(folder, 'model.safetensors'));
      put('model.safetensors.index.json', { weight_map: { a: 'gone.safetensors' } });
    },
    /expected the shard gone.safetensors, got none/,
  ],
])('%s is refused in one line', async (_, spoil, message) => {
  put('model.safetensors', writeSafetensors(tensors()));
  spoil();
  await expect(loadModel(folder)).rejects.toThrow(message);
});

test('what the system refuses to open is named', async () => {
  rmSync(path.join(folder, 'config.json'));
  symlinkSync('config.json', path.join(folder, 'config.json')); // a link to itself
  await expect(loadModel(folder)).rejects.toThrow(/config\.json: expected to read it, got ELOOP/);
});

test('a server that cannot be reached is named, and what is no URL', async () => {
  const server = createServer((_, response) => response.destroy()).listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/model`;
  await expect(loadModel(url)).rejects.toThrow(`${url}/config.json: expected the file, got `);
  server.close();
});

test.each([
  ['http://', 'expected a URL of http or https, got "http://"'],
  ['file:///models/a', 'expected a URL of http or https, got "file:///models/a"'],
  ['s3://bucket/a', 'expected a URL of http or https, got "s3://bucket/a"'],
  [
    'https://me:secret@127.0.0.1:9/a',
    'expected a URL without a name or password (headers may hold them), got https://…@',
  ],
  ['https://token@127.0.0.1:9/a', 'expected a URL without a name or password (headers may hold them), got https://…@'],
])('%s is refused before anything is asked for', async (url, message) => {
  await expect(loadModel(url)).rejects.toThrow(`openLocation: ${message}`);
  await expect(loadModel(url)).rejects.not.toThrow('secret');
});

test('the question of a URL goes with each file, and a scheme may be in capitals', async () => {
  put('model.safetensors', writeSafetensors(tensors()));
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const file = path.join(folder, path.basename(new URL(request.url ?? '', 'http://host').pathname));
    if (existsSync(file)) response.end(readFileSync(file));
    else response.writeHead(404).end();
  }).listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  for (const url of [`http://127.0.0.1:${port}/a?sig=1#top`, `HTTP://127.0.0.1:${port}/a/model.safetensors?sig=1`]) {
    asked.length = 0;
    const { model } = await loadModel(url);
    model.dispose();
    expect(asked).toContain('/a/config.json?sig=1');
    expect(asked).toContain('/a/model.safetensors?sig=1');
    expect(asked.every((question) => question.endsWith('?sig=1'))).toBe(true);
  }
  server.close();
});

test('a folder that is not there is refused', async () => {
  await expect(loadModel(path.join(folder, 'nowhere'))).rejects.toThrow(/expected a folder with a model, got nothing/);
});

test.each(['panoptic', 'instance', 'semantic'] as const)(
  'an image of any size comes back segmented at its size: %s',
  async (task) => {
    put('model.safetensors', writeSafetensors(tensors()));
    put('preprocessor_config.json', { size: { shortest_edge: 64, longest_edge: 128 }, size_divisor: 32 });
    const segmenter = await Segmenter.load(folder);
    const image = { data: new Uint8Array(41 * 23 * 3).fill(90), width: 41, height: 23 };
    const { width, height } = await segmenter.segment(image, { task });
    expect([width, height]).toEqual([41, 23]);
    segmenter.dispose();
  },
);
