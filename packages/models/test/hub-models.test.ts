import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { useBackend } from '@seg/core';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';

import type { HubOptions } from '../src/hub/hub-options.ts';
import { loadModel } from '../src/load-model.ts';
import { Segmenter } from '../src/segmenter.ts';
import { HubServer, sha256 } from './hub/hub-server.ts';
import { tinyFiles } from './hub/tiny-files.ts';

const WEIGHTS = /safetensors|pytorch_model/;
let files: ReturnType<typeof tinyFiles>;
let hub: HubServer;
let cacheDir = '';
let options: HubOptions;

beforeAll(async () => {
  await useBackend('cpu');
  files = tinyFiles();
});
beforeEach(async () => {
  cacheDir = mkdtempSync(path.join(tmpdir(), 'seg-hub-'));
  hub = await HubServer.start();
  hub.add('org/tiny', files);
  options = { endpoint: hub.endpoint, cacheDir, timeout: 2000 };
  for (const name of ['HF_TOKEN', 'HF_HUB_OFFLINE', 'HF_ENDPOINT', 'HF_HUB_CACHE']) vi.stubEnv(name, undefined);
  vi.stubEnv('HF_HOME', path.join(cacheDir, 'home')); // no token of the machine's owner
});
afterEach(() => {
  hub.close();
  vi.unstubAllEnvs();
  rmSync(cacheDir, { recursive: true });
});

const weights = () => files['model.safetensors'] as Uint8Array;
const load = async (name = 'org/tiny', more: HubOptions = {}) => {
  (await loadModel(name, undefined, { ...options, ...more })).model.dispose();
};
const stored = (...parts: string[]) => path.join(cacheDir, 'models--org--tiny', ...parts);

test('a model by its name is fetched once, with the files that it needs, into the cache of Python’s tools', async () => {
  const segmenter = await Segmenter.load('org/tiny', options);
  expect(segmenter.categories.map(({ name }) => name)).toEqual(['cat', 'dog', 'sky', 'sea', 'sand']);
  segmenter.dispose();
  const fetched = hub.seen.filter(({ method, host }) => method === 'GET' && host === 'hub').map((one) => one.path);
  const at = `/org/tiny/resolve/${'c0ffee'.padEnd(40, '0')}`;
  expect(fetched).toEqual([
    '/api/models/org/tiny/revision/main?blobs=true',
    `${at}/config.json`,
    `${at}/preprocessor_config.json`,
    `${at}/model.safetensors`,
  ]);
  const commit = readFileSync(stored('refs', 'main'), 'utf8');
  expect(commit).toBe('c0ffee'.padEnd(40, '0'));
  const link = stored('snapshots', commit, 'model.safetensors');
  expect(readlinkSync(link)).toBe(`../../blobs/${sha256(weights())}`);
  expect(Buffer.compare(readFileSync(link), weights())).toBe(0);
  expect(readdirSync(stored('blobs')).filter((name) => name.includes('incomplete'))).toEqual([]);

  hub.seen.length = 0;
  await load();
  expect(hub.seen.map((one) => one.path)).toEqual(['/api/models/org/tiny/revision/main?blobs=true']);
});

test.each([
  ['org/tiny@v1', 'v1'],
  ['org/tiny@refs/pr/1', 'refs/pr/1'],
  ['https://huggingface.co/org/tiny', 'main'],
  ['https://huggingface.co/org/tiny/', 'main'],
  ['https://hf.co/org/tiny/tree/v1', 'v1'],
  ['https://huggingface.co/org/tiny/tree/refs%2Fpr%2F1', 'refs/pr/1'],
  ['https://huggingface.co/org/tiny/resolve/v1', 'v1'],
  ['https://huggingface.co/org/tiny/resolve/v1/model.safetensors', 'v1'],
  [`org/tiny@${'c0ffee'.padEnd(40, '0')}`, 'c0ffee'.padEnd(40, '0')],
])('%s is revision %s', async (name, revision) => {
  await load(name);
  expect(hub.seen[0].path).toBe(`/api/models/org/tiny/revision/${revision}?blobs=true`);
});

test('a preset’s name stands for its weights on the hub, where they are there', async () => {
  hub.add('facebook/mask2former-swin-tiny-coco-panoptic', files);
  await load('mask2former-swin-t-coco-panoptic');
  expect(hub.seen[0].path).toContain('/facebook/mask2former-swin-tiny-coco-panoptic/');
  await expect(load('solov2-r50-coco')).rejects.toThrow(
    'solov2-r50-coco: expected a published model whose weights can be fetched, got one of https://github.com/WXinlong/SOLO (seg convert --preset solov2-r50-coco)',
  );
});

test('a revision is an option too, and may not disagree', async () => {
  await load('org/tiny', { revision: 'v1' });
  expect(hub.seen[0].path).toContain('/revision/v1');
  await expect(load('org/tiny@v1', { revision: 'v2' })).rejects.toThrow(
    'org/tiny@v1: expected one revision, got the option "v2" too',
  );
});

test('a folder of that name wins over the hub', async () => {
  const before = process.cwd();
  mkdirSync(path.join(cacheDir, 'org', 'tiny'), { recursive: true });
  try {
    process.chdir(cacheDir);
    await expect(load()).rejects.toThrow('org/tiny: expected a file config.json, got none');
  } finally {
    process.chdir(before);
  }
  expect(hub.seen).toEqual([]);
});

test('the environment says where the hub, the cache and the token are', async () => {
  vi.stubEnv('HF_ENDPOINT', `${hub.endpoint}/`);
  vi.stubEnv('HF_HOME', cacheDir);
  writeFileSync(path.join(cacheDir, 'token'), 'hf_file\n');
  hub.add('org/tiny', files, { token: 'hf_file' });
  (await loadModel('org/tiny')).model.dispose();
  expect(readdirSync(path.join(cacheDir, 'hub'))).toEqual(['models--org--tiny']);
  vi.stubEnv('HF_HUB_CACHE', path.join(cacheDir, 'other'));
  vi.stubEnv('HF_TOKEN', 'hf_variable');
  await expect(loadModel('org/tiny')).rejects.toThrow(
    `org/tiny@main: expected ${hub.endpoint}/api/models/org/tiny/revision/main?blobs=true, got status 401: no such model, or one that needs a token (HF_TOKEN)`,
  );
});

test('a token goes to the hub and to no content host', async () => {
  hub.add('org/tiny', files, { token: 'hf_secret' });
  await load('org/tiny', { token: 'hf_secret' });
  const tokens = (host: string) => new Set(hub.seen.filter((one) => one.host === host).map((one) => one.authorization));
  expect(tokens('hub')).toEqual(new Set(['Bearer hf_secret']));
  expect(tokens('content')).toEqual(new Set([undefined]));
});

test('a download that is cut goes on behind the bytes that are there', async () => {
  hub.faults.push({ host: 'content', path: /safetensors/, fault: { cutAfter: 100_000 } });
  await load();
  const ranges = hub.seen.filter(({ host }) => host === 'content').map(({ range }) => range);
  expect(ranges).toEqual([undefined, 'bytes=100000-']);
  expect(hub.sentOf(/safetensors\?/)).toBe(weights().length);
});

test('a load that is aborted is gone on with by the next', async () => {
  hub.speed = 2_000_000;
  const controller = new AbortController();
  const onProgress = ({ file, loaded }: { file: string; loaded: number }) => {
    if (file === 'model.safetensors' && loaded > 100_000) controller.abort(new Error('enough'));
  };
  await expect(load('org/tiny', { signal: controller.signal, onProgress })).rejects.toThrow('enough');
  expect(readdirSync(stored('blobs')).filter((name) => name.startsWith(sha256(weights())))).toEqual([
    `${sha256(weights())}.seg.incomplete`,
  ]);
  hub.speed = Number.POSITIVE_INFINITY;
  hub.seen.length = 0;
  await load();
  const range = hub.seen.find(({ host }) => host === 'content')!.range;
  expect(Number(/\d+/.exec(range!)![0])).toBeGreaterThan(100_000);
});

test('progress has the bytes of each file and ends at its size', async () => {
  const last = new Map<string, [number, number | null]>();
  await load('org/tiny', { onProgress: ({ file, loaded, total }) => last.set(file, [loaded, total]) });
  const size = weights().length;
  expect([...last.keys()]).toEqual(['config.json', 'preprocessor_config.json', 'model.safetensors']);
  expect(last.get('model.safetensors')).toEqual([size, size]);
});

test('a busy hub is asked again, after the time that it names', async () => {
  hub.faults.push(
    { path: /api/, fault: { status: 429, headers: { 'retry-after': '1' } } },
    { path: /model.safetensors/, fault: { status: 503 } },
    { host: 'content', path: /safetensors/, fault: { status: 500 } },
  );
  const begun = performance.now();
  await load();
  expect(performance.now() - begun).toBeGreaterThan(1900); // 1 s as told, and 0.5 s for each of the others
});

test.each([
  ['503', { status: 503 }, /model\.safetensors: expected the file, got status 503, 2 times$/],
  ['silence', { stallAfter: 5000 }, /model\.safetensors: expected the file, got nothing for 0\.3 s, 2 times$/],
  ['long pause', { status: 429, headers: { 'retry-after': '3600' } }, /got status 429, to wait for 3600 s$/],
  ['wrong length', { body: new Uint8Array(12_345) }, /model\.safetensors: expected \d+ bytes, got 12345$/],
  [
    '404',
    { status: 404 },
    /org\/tiny@main: expected http.*model\.safetensors, got status 404: no such model or revision$/,
  ],
  ['403', { status: 403 }, /got status 403: no such model, or one that needs a token \(HF_TOKEN\)$/],
])('%s of the content host is told in one line, and leaves no half of a file', async (_, fault, message) => {
  for (let i = 0; i < 2; i++) hub.faults.push({ host: 'content', path: /safetensors/, fault });
  await expect(load('org/tiny', { timeout: 300, retries: 1 })).rejects.toThrow(message);
  expect(readdirSync(stored('blobs'))).not.toContain(sha256(weights()));
  expect(readdirSync(stored('snapshots', 'c0ffee'.padEnd(40, '0')))).not.toContain('model.safetensors');
  hub.faults.length = 0;
  await load();
});

test('bytes that are not the file’s are refused by its hash', async () => {
  const wrong = weights().slice();
  wrong[wrong.length - 1] ^= 1;
  hub.faults.push({ host: 'content', path: /safetensors/, fault: { body: wrong } });
  await expect(load()).rejects.toThrow(
    new RegExp(`expected a file of SHA-256 ${sha256(weights())}, got ${sha256(wrong)}$`),
  );
  await load();
});

test('a part of earlier that does not belong to the file is fetched anew', async () => {
  mkdirSync(stored('blobs'), { recursive: true });
  writeFileSync(stored('blobs', `${sha256(weights())}.seg.incomplete`), new Uint8Array(5000).fill(7));
  await load();
  expect(hub.seen.filter(({ host }) => host === 'content').map(({ range }) => range)).toEqual([
    'bytes=5000-',
    undefined,
  ]);
});

test('two loads at once do not disturb each other', async () => {
  await Promise.all([load(), load()]);
  expect(readdirSync(stored('blobs')).filter((name) => name.includes('incomplete'))).toEqual([]);
});

test.each([
  ['org/none', /^org\/none@main: expected http.*got status 401: no such model, or one that needs a token/],
  ['org/tiny@v9', /^org\/tiny@v9: expected http.*got status 404: no such revision$/],
  ['org/../etc', /expected a folder with a model, got nothing/],
  ['org/tiny@../../x', /expected a branch, a tag or a commit, got/],
])('%s is refused', async (name, message) => {
  await expect(load(name)).rejects.toThrow(message);
});

test('without the hub, what is in the cache serves, and what is not there is named', async () => {
  await load();
  hub.seen.length = 0;
  vi.stubEnv('HF_HUB_OFFLINE', '1');
  await load();
  expect(hub.seen).toEqual([]);
  await expect(load('org/other')).rejects.toThrow(
    `org/other@main: expected it in the cache ${cacheDir}, since HF_HUB_OFFLINE forbids to fetch it, got nothing`,
  );
  rmSync(stored('snapshots', 'c0ffee'.padEnd(40, '0'), 'preprocessor_config.json'));
  await expect(load()).rejects.toThrow(/org\/tiny@main: expected preprocessor_config.json in the cache .*, got none/);
});

test('a hub that does not answer is done without where the cache has the model', async () => {
  await load();
  hub.faults.push({ path: /api/, fault: { status: 503 } });
  await load();
  hub.close();
  await load();
  await expect(load('org/other')).rejects.toThrow(
    /api\/models\/org\/other.*: expected the file, got connect ECONNREFUSED/,
  );
});

test('a cache that Python’s tools have written is read without a request for a file', async () => {
  const commit = 'c0ffee'.padEnd(40, '0');
  for (const folder of ['blobs', 'refs', `snapshots/${commit}`]) mkdirSync(stored(folder), { recursive: true });
  writeFileSync(stored('refs', 'main'), commit);
  for (const [i, name] of ['config.json', 'preprocessor_config.json', 'model.safetensors'].entries()) {
    const content = files[name];
    writeFileSync(stored('blobs', `e${i}`), content instanceof Uint8Array ? content : JSON.stringify(content));
    symlinkSync(`../../blobs/e${i}`, stored('snapshots', commit, name));
  }
  await load();
  expect(hub.sentOf(/resolve|safetensors/)).toBe(0);
  await load('org/tiny', { offline: true });
  expect(hub.seen.length).toBe(1);
});

test('a cache whose notes cannot be written serves what it has', async () => {
  const { 'preprocessor_config.json': _, ...rest } = files;
  hub.add('org/tiny', rest);
  await load();
  rmSync(stored('.no_exist'), { recursive: true });
  rmSync(stored('refs'), { recursive: true });
  for (const name of ['.no_exist', 'refs']) writeFileSync(stored(name), 'no folder');
  await load();
});

test('a commit that is nowhere is told as what the hub says of it', async () => {
  const name = `org/tiny@${'abc'.padEnd(40, '0')}`;
  await expect(load(name)).rejects.toThrow(/got status 404: no such revision$/);
  hub.close();
  await expect(load(name)).rejects.toThrow(/got connect ECONNREFUSED/);
});

test('a blocked cache is told by its place', async () => {
  writeFileSync(stored(), 'no folder');
  await expect(load()).rejects.toThrow(`${cacheDir}: expected a cache to write to, got E`);
});

test('shards are fetched by their index', async () => {
  const { 'model.safetensors': whole, ...rest } = files;
  const keys = Object.keys(
    JSON.parse(
      Buffer.from(weights().subarray(8, 8 + weights()[0] + 256 * weights()[1] + 65536 * weights()[2])).toString(),
    ),
  );
  const map = Object.fromEntries(keys.filter((key) => key !== '__metadata__').map((key) => [key, 'part.safetensors']));
  hub.add('org/tiny', { ...rest, 'part.safetensors': whole, 'model.safetensors.index.json': { weight_map: map } });
  await load();
  expect(hub.sentOf(/pytorch_model/)).toBe(0);
  expect(hub.sentOf(WEIGHTS)).toBeGreaterThan(weights().length);
});

test('only an http hub may send on to http', async () => {
  const safe = { ...options, allowRedirect: undefined };
  await expect(
    loadModel(`${hub.endpoint}/org/tiny`, undefined, { ...safe, allowRedirect: () => false }),
  ).rejects.toThrow(/model\.safetensors: expected the file or an allowed redirect, got one to http:\/\/localhost/);
});
