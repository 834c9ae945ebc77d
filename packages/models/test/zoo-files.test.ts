import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import {
  bytesOf,
  invertedMap,
  openSafetensors,
  openTensorBundle,
  renamed,
  type StoredValue,
  writeSafetensors,
} from '@seg/checkpoint';
import { useBackend } from '@seg/core';
import tar from 'tar-stream';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';

import { loadModel } from '../src/load-model.ts';
import { MASK2FORMER_ORIGINAL_KEYS } from '../src/systems/mask2former/key-map.ts';
import { Mask2Former } from '../src/systems/mask2former/mask2former.ts';
import { PRESETS } from '../src/systems/systems.ts';
import { unpackCheckpoint } from '../src/zoo/checkpoint-archive.ts';
import { convertedFolder } from '../src/zoo/converted-folder.ts';
import { WEIGHT_URLS } from '../src/zoo/weight-urls.ts';
import { zooFile } from '../src/zoo/zoo-file.ts';
import { formulaSource, keysOf, TINY_MASK2FORMER } from './tiny.ts';
import { withNan } from './with-nan.ts';

const URL_OF_FILE = 'https://dl.fbaipublicfiles.com/maskformer/tiny/model_final_123456.pkl';
const FIXTURES = path.join(import.meta.dirname, '../../checkpoint/test/fixtures/checkpoints');
const published = PRESETS['mask2former-r50-coco-panoptic'];
const categories = published.categories.slice(0, TINY_MASK2FORMER.numClasses);
const description = { ...published, categories, config: TINY_MASK2FORMER };
const tiny = { name: 'tiny', url: URL_OF_FILE, description };

let folder = '';
let server: Server;
let files = new Map<string, Uint8Array>();
let asked: { url: string; range?: string; authorization?: string }[] = [];
/** Bytes after which the next answer is cut; none where it is null. */
let cut: number | null = null;
const at = (...names: string[]): string => path.join(folder, ...names);

beforeAll(async () => void (await useBackend('cpu')));
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'seg-zoo-'));
  [files, asked, cut] = [new Map(), [], null];
  server = createServer((request, response) => {
    const { url = '', headers } = request;
    asked.push({ url, range: headers.range, authorization: headers.authorization });
    const bytes = files.get(url);
    if (bytes === undefined) return response.writeHead(404).end();
    const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
    const range = from > 0 ? { 'Content-Range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {};
    response.writeHead(from > 0 ? 206 : 200, { ETag: '"1"', 'Content-Length': bytes.length - from, ...range });
    if (cut === null) return response.end(bytes.subarray(from));
    response.write(bytes.subarray(from, from + cut), () => response.destroy());
    cut = null;
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)));
  vi.stubEnv('SEG_ZOO_MIRROR', `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  vi.stubEnv('SEG_CACHE', at('cache'));
  vi.stubEnv('HF_HOME', at('hf'));
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

/** Weights of the tiny model under detectron2's keys. */
function detectron2Weights(): Map<string, StoredValue> {
  const ours = formulaSource(keysOf((params) => new Mask2Former(params, TINY_MASK2FORMER)));
  const theirs = renamed(ours, invertedMap(MASK2FORMER_ORIGINAL_KEYS));
  return new Map([...theirs.keys()].map((key) => [key, theirs.read(key)!]));
}

const serve = (bytes: Uint8Array, url = URL_OF_FILE) => files.set(`/${url.replace('https://', '')}`, bytes);
const cached = () => (existsSync(at('cache', 'zoo')) ? readdirSync(at('cache', 'zoo')) : []);

test("a detectron2 file is fetched and converted once; the model that is loaded has the file's weights", async () => {
  const weights = detectron2Weights();
  serve(writeSafetensors(weights));
  const first = await convertedFolder(tiny, {});
  const { model } = await loadModel(first.name);
  const held = openSafetensors(bytesOf('model', readFileSync(path.join(first.name, 'model.safetensors'))));
  const back = renamed(held, invertedMap(MASK2FORMER_ORIGINAL_KEYS));
  for (const [key, value] of weights) expect(back.read(key), key).toEqual(value);
  model.dispose();
  expect((await convertedFolder(tiny, {})).name).toBe(first.name);
  expect(asked.length).toBe(1);
  expect(cached()).toEqual([path.basename(first.name)]); // the download itself is not kept
});

test('a cut download goes on where it was, and sends no token of the hub', async () => {
  vi.stubEnv('HF_TOKEN', 'hf_secret');
  const bytes = writeSafetensors(detectron2Weights());
  serve(bytes);
  cut = 100_000;
  await convertedFolder(tiny, {});
  expect(asked.map(({ range }) => range)).toEqual([undefined, expect.stringMatching(/^bytes=\d{2,}-$/)]);
  expect(asked.map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
});

test('weights that do not fit leave no folder, only the download', async () => {
  const weights = detectron2Weights();
  weights.delete([...weights.keys()][0]);
  serve(writeSafetensors(weights));
  await expect(convertedFolder(tiny, {})).rejects.toThrow(/missing/);
  expect(cached().filter((name) => !name.endsWith('.pkl'))).toEqual([]);
});

test('weights that are no numbers are refused by name', async () => {
  const weights = detectron2Weights();
  const key = [...weights.keys()][3];
  serve(withNan(weights, key, 0));
  await expect(convertedFolder(tiny, {})).rejects.toThrow(`${URL_OF_FILE}: expected finite weights, got NaN in ${key}`);
});

test.each([
  ['what is no checkpoint', new TextEncoder().encode('<html>'), /a page of HTML/],
  ['a file that is not there', null, /tiny\/model_final_123456\.pkl: expected the file, got status 404/],
])('%s is refused', async (_, bytes, message) => {
  if (bytes) serve(bytes);
  await expect(convertedFolder(tiny, {})).rejects.toThrow(message);
});

test('without the net what is in the cache is taken, and what is not is refused', async () => {
  serve(writeSafetensors(detectron2Weights()));
  await expect(convertedFolder(tiny, { offline: true })).rejects.toThrow(/HF_HUB_OFFLINE forbids/);
  await convertedFolder(tiny, {});
  server.closeAllConnections();
  await convertedFolder(tiny, { offline: true });
});

test('more than the limit is refused', async () => {
  serve(writeSafetensors(detectron2Weights()));
  await expect(convertedFolder(tiny, { maxBytes: 10_000 })).rejects.toThrow(/expected at most 10000 bytes/);
});

/** A `.tar.gz` of entries. */
async function archive(
  entries: Record<string, Uint8Array>,
  more: (pack: tar.Pack) => void = () => {},
): Promise<string> {
  const pack = tar.pack();
  for (const [name, bytes] of Object.entries(entries)) pack.entry({ name }, Buffer.from(bytes));
  more(pack);
  pack.finalize();
  await mkdir(at('out'), { recursive: true });
  await writeFile(at('model.tar.gz'), gzipSync(await buffer(pack)));
  return at('model.tar.gz');
}

const fixture = (name: string) => readFileSync(path.join(FIXTURES, name));
const bundle = () => ({
  'max_deeplab/ckpt-100.index': fixture('tensorflow.index'),
  'max_deeplab/ckpt-100.data-00000-of-00001': fixture('tensorflow.data-00000-of-00001'),
});

test("deeplab2's archive: its checkpoint is unpacked and read, all else is passed over", async () => {
  const file = await archive({ 'max_deeplab/README': new Uint8Array(5), ...bundle() });
  expect(await unpackCheckpoint(file, at('out'), 1e6)).toBe('ckpt-100.index');
  expect(readdirSync(at('out')).sort()).toEqual(['ckpt-100.data-00000-of-00001', 'ckpt-100.index']);
  const open = (name: string) => bytesOf(name, readFileSync(at('out', name)));
  const source = await openTensorBundle(open('ckpt-100.index'), async () => open('ckpt-100.data-00000-of-00001'));
  expect([...source.keys()].length).toBeGreaterThan(0);
});

test("deeplab2's archive is converted from its URL: what does not fit the model is named", async () => {
  const url = 'https://storage.googleapis.com/gresearch/tf-deeplab/checkpoint/tiny.tar.gz';
  serve(readFileSync(await archive(bundle())), url);
  await expect(convertedFolder({ ...tiny, url }, {})).rejects.toThrow(/missing/);
  expect(asked.map(({ url }) => url)).toEqual(['/storage.googleapis.com/gresearch/tf-deeplab/checkpoint/tiny.tar.gz']);
});

test.each([
  [
    'leads out of its folder',
    { '../ckpt-1.index': new Uint8Array(3) },
    /names within the archive, got "\.\.\/ckpt-1\.index"/,
  ],
  ['has an absolute name', { '/etc/ckpt-1.index': new Uint8Array(3) }, /names within the archive/],
  ['leads out in the middle', { 'a/../../ckpt-1.index': new Uint8Array(3) }, /names within the archive/],
  ['has no checkpoint', { 'a/README': new Uint8Array(3) }, /one TensorFlow checkpoint, got none/],
  ['has two', { 'ckpt-1.index': new Uint8Array(3), 'ckpt-2.index': new Uint8Array(3) }, /got ckpt-1, ckpt-2/],
  ['is larger than the limit', { 'ckpt-1.index': new Uint8Array(5000) }, /expected at most 4000 bytes/],
])('an archive that %s is refused', async (_, entries, message) => {
  await expect(unpackCheckpoint(await archive(entries), at('out'), 4000)).rejects.toThrow(message);
  expect(readdirSync(folder).sort()).toEqual(['model.tar.gz', 'out']);
});

test('links in an archive are not followed', async () => {
  const file = await archive({}, (pack) =>
    pack.entry({ name: 'ckpt-1.index', type: 'symlink', linkname: '/etc/passwd' }),
  );
  await expect(unpackCheckpoint(file, at('out'), 4000)).rejects.toThrow(/got none/);
  expect(readdirSync(at('out'))).toEqual([]);
});

test.each([
  ['cut', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
  ['no gzip', () => Buffer.from('hello')],
])('a %s archive is refused', async (_, damage) => {
  const file = await archive(bundle());
  await writeFile(file, damage(readFileSync(file)));
  await expect(unpackCheckpoint(file, at('out'), 1e6)).rejects.toThrow(
    /model\.tar\.gz: expected a tar archive in gzip/,
  );
});

test("a URL of a zoo, and a preset that is on no hub, ask for the authors' file", async () => {
  const { 'mask2former-r50-coco-panoptic': url, 'max-deeplab-l-coco': other } = WEIGHT_URLS;
  for (const name of [url!, `${url}?raw=1`, 'max-deeplab-l-coco']) {
    await expect(loadModel(name)).rejects.toThrow(/expected the file, got status 404/);
  }
  const paths = [url!, url!, other!].map((one) => `/${one.replace('https://', '')}`);
  expect(asked.map(({ url }) => url)).toEqual(paths);
});

test('URLs of the zoo are https, each of one preset', () => {
  const urls = Object.values(WEIGHT_URLS);
  expect(new Set(urls).size).toBe(urls.length);
  for (const [preset, url] of Object.entries(WEIGHT_URLS)) {
    expect(url).toMatch(
      /^https:\/\/(dl\.fbaipublicfiles\.com|storage\.googleapis\.com\/gresearch|github\.com)\/.*\.(pkl|pth|tar\.gz)$/,
    );
    expect(zooFile(url)).toEqual({ preset, url });
  }
  expect(zooFile('https://dl.fbaipublicfiles.com/other.pkl')).toBeNull();
});
