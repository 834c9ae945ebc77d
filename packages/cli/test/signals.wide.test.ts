import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeSceneSet } from '@seg/data/node';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../../..');
const seg = fileURLToPath(new URL('../bin/seg.mjs', import.meta.url));
const model = path.join(root, 'examples/mask2former/model');
const samples = path.join(root, 'examples/samples');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'seg-signals-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

type Ended = { code: number | null; stdout: string; stderr: string };

/** Runs `seg` as users do, with a folder for temporary files of its own. */
function start(...args: string[]): { child: ChildProcess; ended: Promise<Ended> } {
  mkdirSync(path.join(folder, 'tmp'), { recursive: true });
  const child = spawn(process.execPath, [seg, ...args], {
    cwd: root,
    env: { ...process.env, TMPDIR: path.join(folder, 'tmp') },
  });
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (data) => (texts.stdout += data));
  child.stderr.on('data', (data) => (texts.stderr += data));
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, ...texts })));
  return { child, ended };
}

async function until<T>(read: () => T | undefined): Promise<T> {
  for (let tries = 0; tries < 600; tries++) {
    const value = read();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('until: expected something within 30 s, got nothing');
}

/** Processes that run with a file of this test among their arguments, apart from one. */
function running(apart?: number): number[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  const ours = lines.filter((line) => line.includes(folder) && !line.includes('ps -eo'));
  return ours.map((line) => Number.parseInt(line, 10)).filter((pid) => pid !== apart);
}

/** An evaluation that takes a while in two workers. */
function longEvaluation(): ReturnType<typeof start> {
  const truth = JSON.parse(readFileSync(path.join(samples, 'panoptic.json'), 'utf8'));
  const images = Array.from({ length: 20_000 }, (_, i) => ({ ...truth.images[i % 6], id: i + 1 }));
  const annotations = images.map(({ id }, i) => ({ ...truth.annotations[i % 6], image_id: id }));
  const file = path.join(folder, 'truth.json');
  writeFileSync(file, JSON.stringify({ ...truth, images, annotations }));
  const pngs = path.join(samples, 'panoptic');
  const files = ['--gt', file, '--dt', file, '--gt-folder', pngs, '--dt-folder', pngs];
  return start('evaluate', 'panoptic', ...files, '--workers', '2');
}

const twoWorkers = (pid: number) =>
  until(() => {
    const workers = running(pid);
    return workers.length === 2 ? workers : undefined;
  });

test('a killed worker is named, and the other ends with it', async () => {
  const { child, ended } = longEvaluation();
  const [first] = await twoWorkers(child.pid!);
  process.kill(first, 'SIGKILL');
  const { code, stderr } = await ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^seg: evaluate: expected worker [12] of 2 to end by itself, got SIGKILL \(out of memory\?\)$/m,
  );
  expect(running()).toEqual([]);
  expect(readdirSync(path.join(folder, 'tmp'))).toEqual([]);
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s ends an evaluation with %i, its workers too, and leaves no files', async (signal, expected) => {
  const { child, ended } = longEvaluation();
  await twoWorkers(child.pid!);
  child.kill(signal);
  expect((await ended).code).toBe(expected);
  await until(() => (running().length === 0 ? true : undefined));
  expect(readdirSync(path.join(folder, 'tmp'))).toEqual([]);
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)(
  '%s ends a training behind the step at hand with %i and one line, and it goes on',
  { timeout: 240_000 },
  async (signal, expected) => {
    const scenes = path.join(folder, 'scenes');
    await writeSceneSet(scenes, { split: 'testing', count: 2, height: 64, width: 64 });
    const recipe = path.join(folder, 'recipe.json');
    const resize = { kind: 'shortest-edge', shortestEdge: 64, longestEdge: 128 };
    const run = path.join(folder, 'run');
    const train = (steps: number, ...more: string[]) => {
      writeFileSync(recipe, JSON.stringify({ steps, batch: 1, warmup: 0, validateEvery: 10_000, augment: [], resize }));
      return start('train', '--data', scenes, '--recipe', recipe, '--backend', 'wasm', '--out', run, ...more);
    };
    const { child, ended } = train(1000);
    let told = '';
    child.stderr!.on('data', (data) => (told += data));
    await until(() => (/^step 1\//m.test(told) ? true : undefined));
    child.kill(signal);
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(expected);
    const [, step] = /^(?:.*)run: stopped behind step (\d+); --resume goes on\n$/.exec(stdout) ?? [];
    expect(Number(step)).toBeGreaterThan(0);
    expect(stderr).not.toMatch(/^seg: |Error/m);
    expect(readdirSync(run).filter((name) => /part|lock/.test(name))).toEqual([]);
    const again = train(1000, '--resume');
    told = '';
    again.child.stderr!.on('data', (data) => (told += data));
    await until(() => (told.includes(`going on at step ${step}`) ? true : undefined));
    again.child.kill(signal);
    expect((await again.ended).code).toBe(expected);
  },
);

test('workers end when their parent is killed', async () => {
  const { child } = longEvaluation();
  await twoWorkers(child.pid!);
  child.kill('SIGKILL');
  await until(() => (running().length === 0 ? true : undefined));
});

test('a conversion that is ended leaves no folder, and clears what a killed one has left', async () => {
  const converted = path.join(folder, 'converted');
  const place = () => readdirSync(folder).filter((name) => name.startsWith('converted'));
  const { child, ended } = start('convert', model, converted);
  await until(() => (place().length > 0 ? true : undefined));
  child.kill('SIGTERM');
  const { code } = await ended;
  expect([0, 143]).toContain(code);
  expect(place().filter((name) => name !== 'converted')).toEqual([]); // which may have been done first

  rmSync(converted, { recursive: true, force: true });
  mkdirSync(`${converted}.part-999999999`); // no process has this number: pids end at 2²²
  expect((await start('convert', model, converted).ended).code).toBe(0);
  expect(place()).toEqual(['converted']);
});

test('a reader that goes, as head does, ends nothing and says nothing', async () => {
  const out = path.join(folder, 'out');
  const images = path.join(samples, 'images');
  const { child, ended } = start('predict', images, '--model', model, '--backend', 'wasm', '--out', out);
  child.stdout!.once('data', () => child.stdout!.destroy());
  const { code, stderr } = await ended;
  expect(code).toBe(0);
  expect(stderr).not.toMatch(/EPIPE|Node\.js v/);
  expect(readdirSync(out)).toContain('panoptic.json');
  expect(readdirSync(out).filter((name) => name.endsWith('.part'))).toEqual([]);
});

test('results that cannot be printed end the run in one line', async (context) => {
  if (!existsSync('/dev/full')) return context.skip('needs /dev/full');
  const full = openSync('/dev/full', 'w');
  const args = ['info', 'mask2former-swin-t-coco-panoptic'];
  const { status, stderr } = spawnSync(process.execPath, [seg, ...args], { stdio: ['ignore', full, 'pipe'] });
  expect([status, String(stderr).trim()]).toEqual([
    1,
    'seg: standard output: expected to write results, got ENOSPC: no space left on device',
  ]);
  expect(spawnSync(process.execPath, [seg, 'info', 'nowhere'], { stdio: ['ignore', 'ignore', full] }).status).toBe(1);
  closeSync(full);
});

test.each([
  [2, 'labels that are no numbers', ['evaluate', 'semantic', '--gt', 'a', '--dt', 'b', '--classes', 'x']],
  [2, 'shards beyond numbers', ['evaluate', 'panoptic', '--gt', 'a', '--dt', 'b', '--shard', '1/99999999999999999999']],
  [1, 'a folder for a golden file', ['verify', samples, '--backend', 'cpu']],
  [1, 'a place that takes no folder', ['predict', samples, '--model', model, '--out', '/proc/x']],
  [2, 'no such option', ['predict', '--colour']],
  [2, 'no such command', ['toString']],
  [2, 'a state without a shard', ['evaluate', 'instances', '--gt', 'a', '--dt', 'b', '--state', 'c']],
  [1, 'a file that is not there', ['evaluate', 'instances', '--gt', 'a', '--dt', 'b']],
  [0, 'help', ['--help']],
])('exit code %i for %s', async (expected, _, args) => {
  expect((await start(...args).ended).code).toBe(expected);
});
