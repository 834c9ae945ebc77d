import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { platform } from '../src/platform/page.ts';
import { HubServer } from './hub/hub-server.ts';

/** The part of the Cache API that pages use here. */
class FakeCache {
  readonly kept = new Map<string, Uint8Array>();
  match = async (url: string) => (this.kept.has(url) ? new Response(this.kept.get(url)!.slice()) : undefined);
  put = async (url: string, response: Response) => {
    this.kept.set(url, new Uint8Array(await response.arrayBuffer()));
  };
}

const WEIGHTS = new Uint8Array(50_000).map((_, i) => i % 251);
const ID = { repo: 'org/tiny', revision: 'main', folder: '', file: null };
let hub: HubServer;
let cache: FakeCache;
beforeEach(async () => {
  hub = await HubServer.start();
  hub.add('org/tiny', { 'config.json': { a: 1 }, 'model.safetensors': WEIGHTS });
  cache = new FakeCache();
  vi.stubGlobal('caches', { open: async () => cache });
});
afterEach(() => {
  hub.close();
  vi.unstubAllGlobals();
});

const read = async (file: string, more = {}) => {
  const folder = await platform.hubFolder(ID, { endpoint: hub.endpoint, timeout: 500, retries: 1, ...more });
  const source = await folder.open(file);
  return source?.read(0, source.size) ?? null;
};

test('a page keeps files in its cache, and fetches none twice', async () => {
  expect(await read('model.safetensors')).toEqual(WEIGHTS);
  expect(await read('preprocessor_config.json')).toBeNull();
  hub.seen.length = 0;
  expect(await read('model.safetensors')).toEqual(WEIGHTS);
  expect(hub.seen.map((one) => one.path)).toEqual(['/api/models/org/tiny/revision/main?blobs=true']);
  hub.close();
  expect(await read('model.safetensors')).toEqual(WEIGHTS);
  expect(await read('model.safetensors', { offline: true })).toEqual(WEIGHTS);
  await expect(read('config.json', { offline: true })).rejects.toThrow(
    'org/tiny@main: expected config.json in the cache seg-models, got nothing',
  );
});

test('what is not the file is refused and not kept', async () => {
  hub.faults.push({ host: 'content', path: /safetensors/, fault: { body: WEIGHTS.slice().fill(3) } });
  await expect(read('model.safetensors')).rejects.toThrow(/expected a file of SHA-256 [0-9a-f]{64}, got [0-9a-f]{64}$/);
  expect([...cache.kept.keys()].filter((url) => url.includes('safetensors'))).toEqual([]);
});

test('a page without a cache fetches, and a full cache is no reason not to go on', async () => {
  cache.put = () => Promise.reject(new Error('QuotaExceededError'));
  expect(await read('model.safetensors')).toEqual(WEIGHTS);
  vi.unstubAllGlobals();
  expect(await read('model.safetensors')).toEqual(WEIGHTS);
});

test('a path is none of a page', () => {
  expect(() => platform.diskLocation('/some/where')).toThrow('expected a URL or org/name in a page, got a path');
});

test.each([
  ['text', 'hello', 'expected JSON, got "hello"'],
  ['a list', '[]', 'expected a commit as sha, got nothing'],
  ['a commit that is a path', '{"sha":"../../x","siblings":[]}', 'expected a commit as sha, got "../../x"'],
  ['files that are none', `{"sha":"${'a'.repeat(40)}","siblings":[[1]]}`, 'expected files with a name as siblings'],
])('a note of the cache that is %s is refused by its place', async (_, note, message) => {
  await read('config.json');
  const [url] = [...cache.kept.keys()].filter((one) => one.includes('/api/'));
  cache.kept.set(url, new TextEncoder().encode(note));
  await expect(read('config.json', { offline: true })).rejects.toThrow(`${url} in the cache seg-models: ${message}`);
});
