import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const here = path.resolve(import.meta.dirname, '..');
const root = path.resolve(here, '../..');
const samples = path.join(root, 'examples/samples/images');
const model = path.join(root, 'examples/mask2former/model');
const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

/** Photographs of the list, the same few over and over under names of their own. */
const COUNT = 18;

let folder = '';
let env = process.env;
const children = [];
const at = (...names) => path.join(folder, ...names);

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'seg-bullmq-'));
  mkdirSync(at('photos'));
  const names = readdirSync(samples);
  const copies = Array.from({ length: COUNT }, (_, i) => `${i}.jpg`);
  for (const [i, name] of copies.entries()) cpSync(path.join(samples, names[i % names.length]), at('photos', name));
  writeFileSync(at('list.txt'), copies.map((name) => `photos/${name}\n`).join(''));
  if (!hasRedis) return;
  const port = await freePort();
  env = { ...process.env, REDIS_URL: `redis://127.0.0.1:${port}`, SEG_LOCK_MS: '4000' };
  start('redis-server', ['--port', String(port), '--save', '', '--appendonly', 'no', '--bind', '127.0.0.1'], folder);
  for (let tries = 0; tries < 100; tries++) {
    if (
      spawnSync('redis-cli', ['-p', String(port), 'ping'])
        .stdout?.toString()
        .includes('PONG')
    )
      break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function start(command, args, cwd = here) {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  child.text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (child.text += data));
  child.ended = new Promise((resolve) => child.once('close', resolve));
  children.push(child);
  return child;
}

const worker = () => start(process.execPath, ['worker.mjs']);

test('a flow whose worker is killed loses nothing and does nothing twice', { timeout: 300_000 }, async (context) => {
  if (!hasRedis) return context.skip('needs redis-server, of Debian for one');
  const first = worker();
  const flow = start(process.execPath, ['start.mjs', at('list.txt'), model, at('out'), '3']);
  while (!existsSync(at('out')) || !readdirSync(at('out')).some((name) => name.endsWith('.panoptic.png'))) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  first.kill('SIGKILL');
  worker();
  worker();
  const code = await flow.ended;
  expect([code, flow.text.trim()]).toEqual([0, `${at('out')}: ${COUNT} images of 3 shards`]);

  const one = ['predict', '--list', at('list.txt'), '--model', model, '--backend', 'wasm', '--out', at('one')];
  expect(spawnSync(process.execPath, [path.join(root, 'packages/cli/bin/seg.mjs'), ...one]).status).toBe(0);
  const read = (name) => readFileSync(at(name, 'panoptic.json'), 'utf8');
  expect(read('out')).toBe(read('one'));
  const records = readdirSync(at('out')).filter((name) => name.endsWith('.jsonl'));
  const lines = records.flatMap((name) => readFileSync(at('out', name), 'utf8').trimEnd().split('\n').slice(1));
  expect(new Set(lines.map((line) => JSON.parse(line).image.file_name)).size).toBe(COUNT);
  expect(lines.length).toBe(COUNT);
});

test('a list that is wrong is not tried again', { timeout: 120_000 }, async (context) => {
  if (!hasRedis) return context.skip('needs redis-server, of Debian for one');
  const own = worker();
  const flow = start(process.execPath, ['start.mjs', at('nowhere.txt'), model, at('none'), '1']);
  expect(await flow.ended).toBe(1);
  expect(own.text + children.map(({ text }) => text).join('')).toContain('expected a list of images, got ENOENT');
});
