import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { useBackend } from '@seg/core';
import { generateScene } from '@seg/data';
import { encodePng } from '@seg/image';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

import { HubServer } from '../../models/test/hub/hub-server.ts';
import { tinyFiles } from '../../models/test/hub/tiny-files.ts';

const BIN = fileURLToPath(new URL('../bin/seg.mjs', import.meta.url));
const BUILT = fileURLToPath(new URL('../dist/main.js', import.meta.url));
let files: ReturnType<typeof tinyFiles>;
let folder = '';
let hub: HubServer;
beforeAll(async () => {
  await useBackend('cpu');
  files = tinyFiles();
});
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'seg-'));
  hub = await HubServer.start();
  hub.add('org/tiny', files);
  await writeFile(path.join(folder, 'photo.png'), encodePng(generateScene({ seed: 1, height: 40, width: 56 }).image));
});
afterEach(async () => {
  hub.close();
  await rm(folder, { recursive: true });
});

function start(model: string, out: string) {
  const args = ['predict', path.join(folder, 'photo.png'), '--model', model, '--backend', 'cpu'];
  const env = { PATH: process.env.PATH, HF_HOME: path.join(folder, 'hf'), HF_ENDPOINT: hub.endpoint };
  const seg = spawn(process.execPath, [BIN, ...args, '--out', path.join(folder, out)], { env, cwd: folder });
  const text = { stdout: '', stderr: '' };
  seg.stdout.on('data', (data) => {
    text.stdout += data;
  });
  seg.stderr.on('data', (data) => {
    text.stderr += data;
  });
  const ended = once(seg, 'close').then(([code, signal]) => ({ code, signal, ...text }));
  return { seg, ended };
}

/** Weights of the files, in bytes. */
const size = () => (files['model.safetensors'] as Uint8Array).length;

test.skipIf(!existsSync(BUILT))('a model by name is fetched once, and told of on standard error', async () => {
  const first = await start('org/tiny', 'first').ended;
  expect(first.stderr).toContain('model.safetensors  1.5 of 1.5 MB  100%\n');
  expect(first.code).toBe(0);
  expect(hub.sentOf(/safetensors/)).toBe(size());
  const second = await start('org/tiny@main', 'second').ended;
  expect(second.code).toBe(0);
  expect(hub.sentOf(/safetensors/)).toBe(size());
  expect(second.stderr).not.toContain('safetensors');
});

test.skipIf(!existsSync(BUILT)).each(['SIGINT', 'SIGKILL'] as const)(
  'after %s in the middle the next run fetches the rest',
  async (signal) => {
    hub.speed = 1_000_000;
    const { seg, ended } = start('org/tiny', 'out');
    while (hub.sentOf(/safetensors/) < 300_000) await new Promise((resolve) => setTimeout(resolve, 10));
    seg.kill(signal);
    const { code, signal: by } = await ended;
    expect([130, null]).toContain(code);
    if (code === null) expect(by).toBe(signal);
    hub.speed = Number.POSITIVE_INFINITY;
    hub.seen.length = 0;
    expect((await start('org/tiny', 'again').ended).code).toBe(0);
    const [{ range, sent }] = hub.seen.filter(({ host }) => host === 'content');
    const from = Number(/^bytes=(\d+)-$/.exec(range!)![1]);
    expect(from).toBeGreaterThan(100_000);
    expect(sent).toBe(size() - from);
  },
);

test.skipIf(!existsSync(BUILT))('a model that is not there ends with code 1 and one line', async () => {
  const { code, stderr } = await start('org/none', 'out').ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^seg: org\/none@main: expected http.*got status 401: no such model, or one that needs a token \(HF_TOKEN\)\n$/m,
  );
});
