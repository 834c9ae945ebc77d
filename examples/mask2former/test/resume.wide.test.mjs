import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';

const program = path.join(import.meta.dirname, 'tiny-training.mjs');
let folder;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'seg-resume-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function train(out) {
  const env = { ...process.env, OUT: out, SAVE_EVERY: '2', BACKEND: 'wasm' };
  return spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'inherit'] });
}

async function trainToTheEnd(out) {
  const child = train(out);
  let text = '';
  child.stdout.on('data', (part) => {
    text += part;
  });
  const [code] = await once(child, 'close');
  expect(code).toBe(0);
  return text;
}

/** Ends the process without a chance to clean up, soon after `isUnderWay`. */
async function trainAndKill(out, isUnderWay) {
  const child = train(out);
  const closed = once(child, 'close');
  let text = '';
  child.stdout.on('data', (part) => {
    text += part;
  });
  while (!isUnderWay(text)) await sleep(5);
  await sleep(100);
  child.kill('SIGKILL');
  expect((await closed)[1]).toBe('SIGKILL');
}

test('a training killed twice goes on to the same bytes', async () => {
  const [whole, killed] = [path.join(folder, 'whole'), path.join(folder, 'killed')];
  await trainToTheEnd(whole);
  await trainAndKill(killed, () => existsSync(path.join(killed, 'training.safetensors')));
  await trainAndKill(killed, (text) => text.includes('continuing'));
  expect(await trainToTheEnd(killed)).toMatch(/continuing at step \d+/);
  const read = (out) => readFileSync(path.join(out, 'training.safetensors'));
  expect(read(killed).equals(read(whole))).toBe(true);
  const log = (out) => readFileSync(path.join(out, 'log.jsonl'), 'utf8');
  expect(log(killed)).toEqual(log(whole));
});
