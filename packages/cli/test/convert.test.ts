import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bytesOf, openSafetensors, type SafetensorsFile, writeSafetensors } from '@seg/checkpoint';
import { init, ParamStore, useBackend } from '@seg/core';
import { buildModel, keyNamings, loadModel, openWeights, storedParams } from '@seg/models';
import { saveModel } from '@seg/models/node';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { TINY_DESCRIPTIONS } from '../../models/test/tiny-descriptions.ts';
import { main } from '../src/main.ts';
import { type Tensors, torchFile } from './torch-file.ts';

let folder = '';
const at = (...names: string[]): string => path.join(folder, ...names);
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'seg-convert-'));
  await useBackend('cpu');
  init.seedInitializers(5);
});
afterEach(() => rm(folder, { recursive: true }));

/** Exit code and what was printed. */
async function convert(...args: string[]): Promise<{ code: number; text: string }> {
  const spies = [vi.spyOn(console, 'log'), vi.spyOn(console, 'error')].map((spy) => spy.mockImplementation(() => {}));
  const code = await main(['convert', ...args]);
  const text = spies.flatMap((spy) => spy.mock.calls.flat()).join('\n');
  for (const spy of spies) spy.mockRestore();
  return { code, text };
}

async function writeRandomModel(name: string, system: string): Promise<void> {
  const params = new ParamStore();
  const model = buildModel(params, TINY_DESCRIPTIONS[system].config);
  await saveModel(at(name), TINY_DESCRIPTIONS[system], storedParams(params));
  model.dispose();
}

function weightsIn(name: string): SafetensorsFile {
  return openSafetensors(bytesOf(name, readFileSync(at(name, 'model.safetensors'))));
}

function tensorsIn(name: string): Tensors {
  const file = weightsIn(name);
  return new Map([...file.keys()].map((key) => [key, file.read(key)!]));
}

function expectSameTensors(actual: Tensors, expected: Tensors): void {
  expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [key, value] of expected) expect(actual.get(key), key).toEqual(value);
}

describe('there and back', () => {
  const cases = Object.entries(TINY_DESCRIPTIONS).flatMap(([system, { config }]) =>
    keyNamings(config).map(({ name }) => [system, name] as const),
  );

  test.each(cases)('%s under %s keys and back: the same bytes for every tensor', async (system, naming) => {
    await writeRandomModel('model', system);
    expect(await convert(at('model'), at('published'), '--keys', naming)).toMatchObject({ code: 0 });
    expect(await convert(at('published'), at('back'))).toMatchObject({ code: 0 });
    expectSameTensors(tensorsIn('back'), tensorsIn('model'));
    const { model } = await loadModel(at('published'));
    model.dispose();
  });

  test('half precision halves the file, and comes back as it is', async () => {
    await writeRandomModel('model', 'solov2');
    await convert(at('model'), at('half'), '--dtype', 'f16');
    await convert(at('half'), at('again'), '--dtype', 'f16');
    expect(readFileSync(at('again', 'model.safetensors'))).toEqual(readFileSync(at('half', 'model.safetensors')));
    const [whole, half] = ['model', 'half'].map((name) => readFileSync(at(name, 'model.safetensors')).length);
    expect(half).toBeLessThan(0.6 * whole);
  });
});

test('eight bits quarter the file; the model that is read has every value within half a step', async () => {
  await writeRandomModel('model', 'solov2');
  expect(await convert(at('model'), at('quarter'), '--dtype', 'q8')).toMatchObject({ code: 0 });
  const [whole, quarter] = ['model', 'quarter'].map((name) => readFileSync(at(name, 'model.safetensors')).length);
  expect(quarter).toBeLessThan(0.35 * whole);
  const rounded = tensorsIn('quarter');
  for (const [key, { values }] of tensorsIn('model')) {
    const most = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    const error = values.reduce((worst, value, i) => Math.max(worst, Math.abs(value - rounded.get(key)!.values[i])), 0);
    expect(error, key).toBeLessThanOrEqual(most / 253);
  }
  const { model } = await loadModel(at('quarter'));
  model.dispose();
});

test('progress is told on standard error, ten lines in a log at most', async () => {
  await writeRandomModel('model', 'solov2');
  const lines = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  await convert(at('model'), at('copy'));
  const steps = lines.mock.calls.map(([text]) => String(text)).filter((text) => text.includes(' tensors of '));
  lines.mockRestore();
  expect(steps[0]).toMatch(/^\[0\/\d+\] tensors of .*copy\n$/);
  expect(steps.length).toBeGreaterThan(5);
  expect(steps.length).toBeLessThanOrEqual(10);
});

const isFile = (name: string): boolean => statSync(name, { throwIfNoEntry: false })?.isFile() === true;

/** A folder with the authors' file of a small SOLOv2 as torch.save writes it, beside the config. */
async function writePublished(spoil: (tensors: Tensors) => void = () => {}): Promise<Tensors> {
  await writeRandomModel('model', 'solov2');
  await convert(at('model'), at('published'), '--keys', 'original');
  const tensors = tensorsIn('published');
  spoil(tensors);
  await rm(at('published', 'model.safetensors'));
  await writeFile(at('published', 'solov2.pth'), torchFile(tensors));
  return tensors;
}

/** Place of the weights that {@link writePublished} writes. */
const input = (): string => at('published', 'solov2.pth');

describe('a file of PyTorch beside a config', () => {
  test('becomes a folder of ours', async () => {
    await writePublished((tensors) =>
      tensors.set('backbone.bn1.num_batches_tracked', { shape: [], values: Float32Array.of(7) }),
    );
    const { code, text } = await convert(at('published', 'solov2.pth'), at('out'));
    expect(code).toBe(0);
    expect(text).toMatch(
      /out: solov2, \d+ tensors, 0\.\d\d million numbers\nleft out: backbone\.bn1\.num_batches_tracked$/,
    );
    expect((await readdir(at('out'))).sort()).toEqual(['config.json', 'model.safetensors']);
    expectSameTensors(tensorsIn('out'), tensorsIn('model'));
  });

  test('loads as it is', async () => {
    await writePublished();
    const { model } = await loadModel(at('published', 'solov2.pth'));
    expect(model.params.keys().sort()).toEqual([...tensorsIn('model').keys()].sort());
    model.dispose();
  });

  test('loads without a config, given what it is of', async () => {
    await writePublished();
    await rm(at('published', 'config.json'));
    await expect(loadModel(input())).rejects.toThrow('expected a file config.json, got none');
    const { model, categories } = await loadModel(input(), TINY_DESCRIPTIONS.solov2);
    expect(categories).toEqual(TINY_DESCRIPTIONS.solov2.categories);
    model.dispose();
  });

  test('loads as pytorch_model.bin, whole and in shards', async () => {
    const all = [...(await writePublished())];
    await writeFile(at('published', 'pytorch_model.bin'), torchFile(new Map(all)));
    (await loadModel(at('published'))).model.dispose();
    await rm(at('published', 'pytorch_model.bin'));
    const parts = [all.slice(0, 40), all.slice(40)].map((part, i) => ({ part, file: `pytorch_model-${i}.bin` }));
    for (const { part, file } of parts) await writeFile(at('published', file), torchFile(new Map(part)));
    const entries = parts.flatMap(({ part, file }) => part.map(([key]) => [key, file]));
    await writeFile(
      at('published', 'pytorch_model.bin.index.json'),
      JSON.stringify({ weight_map: Object.fromEntries(entries) }),
    );
    (await loadModel(at('published'))).model.dispose();
    await convert(at('published', 'pytorch_model.bin.index.json'), at('out'));
    expectSameTensors(tensorsIn('out'), tensorsIn('model'));
  });
});

test('weights behind a URL: a folder, a file beside its config, a TensorFlow checkpoint', async () => {
  await writePublished();
  const fixtures = path.join(import.meta.dirname, '../../checkpoint/test/fixtures/checkpoints');
  const server = createServer((request, response) => {
    const file = [at('.'), fixtures].map((root) => path.join(root, request.url!)).find(isFile);
    response.writeHead(file ? 200 : 404).end(file ? readFileSync(file) : undefined);
  });
  await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    for (const place of ['model', 'published/solov2.pth']) (await loadModel(`${base}/${place}`)).model.dispose();
    const bundle = await openWeights(`${base}/tensorflow-shards.index`);
    expect(bundle.read('b')).toEqual({ shape: [2], values: Float32Array.of(5, -6) }); // make.py
    await expect(openWeights(`${base}/absent.pth`)).rejects.toThrow('absent.pth: expected a folder or file of weights');
  } finally {
    server.close();
  }
});

test('a tensor of three gigabytes where the model has three numbers is refused unread', async () => {
  await writeRandomModel('model', 'solov2');
  const values = 750_000_000;
  const entry = { dtype: 'F32', shape: [values], data_offsets: [0, 4 * values] };
  const header = Buffer.from(JSON.stringify({ 'bbox_head.solo_cate.bias': entry }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  await writeFile(at('model', 'model.safetensors'), Buffer.concat([length, header]));
  await truncate(at('model', 'model.safetensors'), 8 + header.length + 4 * values); // sparse: takes no space on disk
  const before = process.memoryUsage().rss;
  const { code, text } = await convert(at('model'), at('out'));
  expect(code).toBe(1);
  expect(text).toMatch(/wrong shape: bbox_head\.solo_cate\.bias \[750000000\], model has \[3\]$/);
  await expect(loadModel(at('model'))).rejects.toThrow('bbox_head.solo_cate.bias [750000000], model has [3]');
  expect(process.memoryUsage().rss - before).toBeLessThan(300e6);
});

describe('what cannot be converted: one error, exit code 1, nothing written', () => {
  async function expectRefused(message: RegExp | string, ...args: string[]): Promise<void> {
    const before = await readdir(folder);
    const { code, text } = await convert(...args);
    expect(text).toMatch(message);
    expect(text).toMatch(/^seg: /);
    expect(code).toBe(1);
    expect(await readdir(folder)).toEqual(before);
  }

  test.each([
    [
      'a key too few and a key too many',
      (tensors: Tensors) => {
        tensors.set('bbox_head.extra.weight', tensors.get('bbox_head.solo_cate.bias')!);
        tensors.delete('bbox_head.solo_cate.bias');
      },
      /missing: bbox_head\.solo_cate\.bias\n {2}unexpected: bbox_head\.extra\.weight$/,
    ],
    [
      'another shape',
      (tensors: Tensors) => tensors.set('bbox_head.solo_cate.bias', { shape: [2], values: new Float32Array(2) }),
      /wrong shape: bbox_head\.solo_cate\.bias \[2\], model has \[3\]$/,
    ],
    ['the weights of another model', (tensors: Tensors) => void tensors.clear(), /expected a dict of tensors/],
  ])('%s', async (_, spoil, message) => {
    await writePublished(spoil);
    await expectRefused(message, input(), at('out'));
  });

  test('the config of another system: every key is listed or counted', async () => {
    await writePublished();
    const message = /missing: .*, and \d+ more\n {2}unexpected: .*, and \d+ more$/;
    await expectRefused(message, input(), at('out'), '--preset', 'mask2former-r50-coco-panoptic');
  });

  const whole = { shape: [1], values: Float32Array.of(1) };
  test.each([
    [
      'a pickle with os.system',
      "cos\nsystem\n(S'echo owned > owned'\ntR.",
      /plain containers only, got os\.system at 0$/,
    ],
    ['a cyclic pickle', '\x80\x02}q\x00X\x05\0\0\0modelh\x00s.', /containers in containers, got a cycle$/],
    [
      'half a file',
      torchFile(new Map([['w', whole]])).subarray(0, 300),
      /expected a zip directory at the end, got none/,
    ],
    [
      'a file with half its storages',
      torchFile(new Map([['w', whole]]), { 'data/0': new Uint8Array(2) }),
      /w: expected 4 bytes at 0/,
    ],
    [
      'the wrong byte order',
      torchFile(new Map([['w', whole]]), { byteorder: Buffer.from('big') }),
      /byte order little, got "big"$/,
    ],
    [
      'a zip bomb',
      torchFile(new Map(), { 'data.pkl': new Uint8Array(65 * 2 ** 20) }, 9),
      /at most 67108864 bytes, got 68157440$/,
    ],
    ['an empty file', '', /expected a checkpoint, got an empty file$/],
    [
      'a pickle that ends early',
      '\x80\x02}X\x05\0\0\0mod',
      /pickle at \d+: expected \d+ more bytes, got the end of the file/,
    ],
  ])('%s', async (_, content, message) => {
    await writePublished();
    await writeFile(input(), typeof content === 'string' ? Buffer.from(content, 'latin1') : content);
    await expectRefused(message, input(), at('out'));
    expect(existsSync('owned')).toBe(false);
  });

  test('half a set of shards, and half a shard: both are told', async () => {
    await writeRandomModel('model', 'solov2');
    const all = [...tensorsIn('model')];
    await rm(at('model', 'model.safetensors'));
    await writeFile(at('model', 'a.safetensors'), writeSafetensors(new Map(all.slice(0, 40))).subarray(0, 20_000));
    const entries = all.map(([key], i) => [key, i < 40 ? 'a.safetensors' : 'b.safetensors']);
    await writeFile(
      at('model', 'model.safetensors.index.json'),
      JSON.stringify({ weight_map: Object.fromEntries(entries) }),
    );
    const message =
      /a\.safetensors: expected \d+ bytes of data, got \d+\n {2}expected the shard b\.safetensors, got none$/;
    await expectRefused(message, at('model'), at('out'));
  });

  test('a value that half precision cannot hold shows in the middle of writing, and leaves nothing', async () => {
    await writePublished((tensors) =>
      tensors.set('bbox_head.solo_cate.bias', { shape: [3], values: Float32Array.of(0, 0, 1e6) }),
    );
    await expectRefused(
      /bbox_head\.solo_cate\.bias: expected values within ±65504/,
      input(),
      at('out'),
      '--dtype',
      'f16',
    );
  });

  test.each([
    ['no config and no preset', [], /expected a config\.json beside .* or --preset NAME, got neither/],
    [
      'a preset that is none',
      ['--preset', 'solov2'],
      /lists, perhaps solov2-r50-coco or solov2-r101-coco or .*, got solov2$/,
    ],
  ])('%s', async (_, options, message) => {
    await mkdir(at('bare'));
    await writeFile(at('bare', 'w.pth'), torchFile(new Map([['w', whole]])));
    await expectRefused(message, at('bare', 'w.pth'), at('out'), ...options);
  });

  test('a naming that the system has not', async () => {
    await writeRandomModel('model', 'max-deeplab');
    const message = /expected keys own, original for max-deeplab, got mmdetection$/;
    await expectRefused(message, at('model'), at('out'), '--keys', 'mmdetection');
  });

  test('nothing at the given place', async () => {
    await expectRefused(/nowhere: expected a folder with a model, got nothing$/, at('nowhere'), at('out'));
  });

  test('a folder that has files already', async () => {
    await writePublished();
    await expectRefused(/to be new or empty, got a folder with config\.json$/, input(), at('model'));
  });
});
