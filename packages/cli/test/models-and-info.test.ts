import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PRESETS } from '@seg/models';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { HubServer } from '../../models/test/hub/hub-server.ts';
import { TINY_HUGGING_FACE } from '../../models/test/tiny.ts';
import { main } from '../src/main.ts';

let folder = '';
let printed: string[] = [];
let told: string[] = [];
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'seg-'));
  [printed, told] = [[], []];
  vi.spyOn(console, 'log').mockImplementation((text) => void printed.push(text));
  vi.spyOn(console, 'error').mockImplementation((text) => void told.push(text));
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

test('seg models lists every preset, and those that words choose', async () => {
  expect(await main(['models'])).toBe(0);
  const lines = printed[0].split('\n');
  expect(lines.length).toBe(Object.keys(PRESETS).length + 2);
  expect(lines.at(-1)).toBe(`${Object.keys(PRESETS).length} models`);
  expect(await main(['models', 'SWIN-T', 'coco', 'panoptic', '--json'])).toBe(0);
  const found = JSON.parse(printed[1]);
  expect(found.map(({ hub }: { hub: string }) => hub)).toContain('facebook/mask2former-swin-tiny-coco-panoptic');
  expect(found[0].parameters).toBeGreaterThan(47e6); // Cheng et al. 2022, Table 1: 47 M with Swin-T
  expect(found[0].parameters).toBeLessThan(48e6);
  expect(await main(['models', 'nothing-like-it'])).toBe(1);
  expect(told).toEqual(['seg: models: expected words of published models, got nothing-like-it']);
});

test('seg info tells of a preset', async () => {
  expect(await main(['info', 'mask2former-r50-coco-panoptic'])).toBe(0);
  const text = printed[0];
  expect(text).toMatch(/^parameters {2}44\.\d million numbers in \d+ tensors$/m); // Cheng et al. 2022, Table 1: 44 M
  expect(text).toMatch(/^published {3}PQ 51\.9 on COCO val2017, by its authors$/m);
  expect(text).toMatch(/^tasks {7}panoptic, instance, semantic$/m);
  expect(text).toMatch(/^classes {5}133 \(80 things\): person, bicycle/m);
  expect(text).toMatch(/^images {6}shortest-edge shortestEdge 800 longestEdge 1333, sides padded to multiples of 32$/m);
});

test('seg info tells of a small model, as seg train takes it', async () => {
  expect(await main(['info', 'solov2'])).toBe(0);
  expect(printed[0]).toMatch(/^system {6}solo \(solov2\)$/m);
});

test('seg info counts the operations of a pass at a size', async () => {
  expect(await main(['info', 'panoptic-segformer-pvt-v2-b0-coco', '--size', '64x96', '--json'])).toBe(0);
  const { pass, numbers } = JSON.parse(printed[0]);
  expect(pass.size).toEqual([64, 96]);
  expect(pass.bytes).toBeGreaterThan(4 * numbers);
  expect(await main(['info', 'panoptic-segformer-pvt-v2-b0-coco', '--size', '128x96'])).toBe(0);
  const [, larger] = /^a pass +(\S+) GFLOP over 128x96, at most \S+ GB of tensors at once$/m.exec(printed[1])!;
  expect(Number(larger) * 1e9).toBeGreaterThan(pass.operations); // not twice: the queries stay as many
  expect(Number(larger) * 1e9).toBeLessThan(2 * pass.operations);
});

test.each(['0x5', '64', '64x', 'x64', '-64x64', '64x64x3', '6e2x64', '100000x1', ''])(
  'a size %s is none',
  async (size) => {
    expect(await main(['info', 'solov2-r50-coco', '--size', size])).toBe(2);
  },
);

test('a size that a network does not take is refused', async () => {
  expect(await main(['info', 'solov2-light-r18-coco', '--size', '100x100'])).toBe(1);
  expect(told[0]).toMatch(/^seg: info: expected sides that are multiples of 32, got 100x100: /);
});

test.each(Object.keys(PRESETS))('seg info has every line of %s', async (preset) => {
  expect(await main(['info', preset])).toBe(0);
  expect(printed[0]).not.toMatch(/undefined|NaN|object/);
});

test('seg info of a folder, and of a model on a hub, whose weights it does not fetch', async () => {
  await writeFile(path.join(folder, 'config.json'), JSON.stringify(TINY_HUGGING_FACE));
  expect(await main(['info', folder, '--json'])).toBe(0);
  expect(JSON.parse(printed[0])).toMatchObject({ system: 'mask2former', tasks: ['panoptic', 'instance', 'semantic'] });
  const hub = await HubServer.start();
  hub.add('org/tiny', { 'config.json': TINY_HUGGING_FACE, 'model.safetensors': new Uint8Array(20_000) });
  vi.stubEnv('HF_ENDPOINT', hub.endpoint);
  vi.stubEnv('HF_HUB_CACHE', path.join(folder, 'cache'));
  expect(await main(['info', 'org/tiny@v1'])).toBe(0);
  hub.close();
  expect(printed[1]).toMatch(/^classes {5}5 \(5 things\): cat, dog, sky, sea, sand$/m);
  expect(hub.seen.filter((one) => /safetensors/.test(one.path))).toEqual([]);
});

test('seg info of what is no model ends with code 1 and one line', async () => {
  expect(await main(['info', path.join(folder, 'none')])).toBe(1);
  expect(told).toEqual([`seg: ${path.join(folder, 'none')}: expected a folder with a model, got nothing`]);
});
