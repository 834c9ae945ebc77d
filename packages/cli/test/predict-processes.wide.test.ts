import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../../..');
const seg = fileURLToPath(new URL('../bin/seg.mjs', import.meta.url));

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'seg-processes-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function predict(out: string, ...args: string[]): { child: ChildProcess; ended: Promise<[number | null, string]> } {
  const given = ['--model', 'examples/mask2former/model', '--backend', 'wasm', '--out', path.join(folder, out)];
  const child = spawn(process.execPath, [seg, 'predict', 'examples/samples/images', ...given, ...args], { cwd: root });
  let stderr = '';
  child.stderr.on('data', (data) => (stderr += data));
  child.stdout.resume();
  return { child, ended: new Promise((resolve) => child.on('close', (code) => resolve([code, stderr]))) };
}

function names(out: string): string[] {
  try {
    return readdirSync(path.join(folder, out)).sort();
  } catch {
    return [];
  }
}

function results(out: string): Record<string, string> {
  const files = names(out).filter((name) => name !== 'predictions.jsonl');
  return Object.fromEntries(files.map((name) => [name, readFileSync(path.join(folder, out, name), 'base64')]));
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1200 && !holds(); tries++) await new Promise((resolve) => setTimeout(resolve, 25));
}

const hasOne = (out: string) => () => names(out).some((name) => name.endsWith('.panoptic.png'));

test('SIGTERM finishes the image at work, takes no more, and is gone on with', async () => {
  const { child, ended } = predict('out');
  await until(hasOne('out'));
  child.kill('SIGTERM');
  const [code, stderr] = await ended;
  expect(code).toBe(143);
  expect(stderr).toMatch(/stopped behind \d of 6 images in .*; --resume goes on/);
  const stopped = names('out');
  expect(stopped.filter((name) => name.startsWith('.') || name === 'panoptic.json')).toEqual([]);
  const lines = readFileSync(path.join(folder, 'out', 'predictions.jsonl'), 'utf8')
    .trimEnd()
    .split('\n');
  expect(stopped.filter((name) => name.endsWith('.panoptic.png')).length).toBe(lines.length - 1);
  expect((await predict('out', '--resume').ended)[0]).toBe(0);
  expect((await predict('whole').ended)[0]).toBe(0);
  expect(results('out')).toEqual(results('whole'));
});

test('two processes give the bytes of one; one that is killed is named, and the run goes on later', async () => {
  const { child, ended } = predict('two', '--workers', '2');
  await until(hasOne('two'));
  const workers = execFileSync('ps', ['-o', 'pid=', '--ppid', String(child.pid)], { encoding: 'utf8' })
    .trim()
    .split('\n');
  process.kill(Number(workers[0]), 'SIGKILL');
  const [code, stderr] = await ended;
  expect(code).toBe(75);
  expect(stderr).toMatch(/predict: expected worker [12] of 2 to end by itself, got SIGKILL \(out of memory\?\)/);
  expect((await predict('two', '--workers', '2', '--resume').ended)[0]).toBe(0);
  expect((await predict('one').ended)[0]).toBe(0);
  expect(results('two')).toEqual(results('one'));
});

test('a second run into the folder is told so, and loses nothing', async () => {
  const first = predict('out');
  await until(() => names('out').includes('.predictions.jsonl.lock'));
  const [code, stderr] = await predict('out', '--resume').ended;
  expect(code).toBe(75);
  expect(stderr).toMatch(/^seg: predict: expected one run in a folder, got another, process \d+ \(.*\.lock\)$/m);
  expect((await first.ended)[0]).toBe(0);
  expect(names('out')).toContain('panoptic.json');
});

test('batches give what single images give, in workers too', async () => {
  expect((await predict('one').ended)[0]).toBe(0);
  expect((await predict('batches', '--batch', '4').ended)[0]).toBe(0);
  expect((await predict('workers', '--batch', '2', '--workers', '2').ended)[0]).toBe(0);
  expect(results('batches')).toEqual(results('one'));
  expect(results('workers')).toEqual(results('one'));
});
