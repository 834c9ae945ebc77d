import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeSceneSet } from '@seg/data/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const program = path.join(import.meta.dirname, '../../bin/seg.mjs');
const isBuilt = existsSync(path.join(import.meta.dirname, '../../dist/main.js'));
const isThere = isBuilt && spawnSync('mpirun', ['--version']).status === 0;
const env = {
  ...process.env,
  OMPI_ALLOW_RUN_AS_ROOT: '1',
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
  SEG_BACKEND: undefined,
};

const SMALL = { kind: 'shortest-edge', shortestEdge: 64, longestEdge: 128 };

let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'seg-mpi-'));
  await writeSceneSet(path.join(folder, 'scenes'), { split: 'testing', count: 4, height: 64, width: 64 });
  const recipe = { steps: 3, batch: 1, warmup: 0, saveEvery: 1, validateEvery: 3, augment: [], resize: SMALL };
  writeFileSync(path.join(folder, 'recipe.json'), JSON.stringify(recipe));
});
afterAll(() => rmSync(folder, { recursive: true }));

const TRAIN = 'train --data scenes --val scenes --recipe recipe.json --backend wasm --out';
const arguments_ = (ranks: number, line: string) => [
  ...['--oversubscribe', '-n', String(ranks), process.execPath, program],
  ...line.split(' '),
];

function mpirun(ranks: number, line: string) {
  return spawnSync('mpirun', arguments_(ranks, line), { cwd: folder, env, encoding: 'utf8', timeout: 120_000 });
}

/** Lines of ours among those of mpirun. */
const ours = (stderr: string) => stderr.split('\n').filter((line) => line.startsWith('seg: '));

/** Files of a run whose bytes depend on nothing but its making. */
function bytesOf(run: string): Record<string, string> {
  const names = ['training.safetensors', 'best.safetensors', 'model/model.safetensors', 'confusion.csv'];
  return Object.fromEntries(names.map((name) => [name, readFileSync(path.join(folder, run, name)).toString('base64')]));
}

const steps = (run: string): number =>
  existsSync(path.join(folder, run, 'log.jsonl'))
    ? readFileSync(path.join(folder, run, 'log.jsonl'), 'utf8')
        .split('\n')
        .filter((line) => line.includes('"loss"')).length
    : 0;

/** Ranks of a running mpirun. */
function ranksOf(parent: ChildProcess): number[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(parent.pid)], { encoding: 'utf8' });
  return stdout
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(Number);
}

describe.skipIf(!isThere)(`seg train under mpirun${isThere ? '' : ' (skipped: mpirun is not there)'}`, () => {
  test('rank 0 speaks and writes, and two runs are equal in every byte', { timeout: 240_000 }, () => {
    for (const run of ['one', 'two']) {
      const { status, stdout, stderr } = mpirun(2, `${TRAIN} ${run}`);
      expect(status, stderr).toBe(0);
      expect(stdout).toBe(`${run}/model: trained in 3 steps\n`);
      expect(stderr).toContain('processes: 2');
      expect(stderr.match(/^step 1\/3/gm)).toHaveLength(1);
    }
    expect(bytesOf('two')).toEqual(bytesOf('one'));
  });

  test('behind a killed rank another number of ranks goes on', { timeout: 300_000 }, async () => {
    const stdio = ['ignore', 'ignore', 'pipe'] as const;
    const running = spawn('mpirun', arguments_(2, `${TRAIN} killed`), { cwd: folder, env, stdio: [...stdio] });
    let told = '';
    running.stderr!.on('data', (data) => (told += data));
    const ended = new Promise<number | null>((resolve) => running.on('close', resolve));
    while (steps('killed') < 1) await new Promise((resolve) => setTimeout(resolve, 20));
    process.kill(ranksOf(running).at(-1)!, 'SIGKILL');
    expect(await ended).not.toBe(0);
    expect(told.replace(/\s+/g, ' ')).toMatch(/rank \d.* exited on signal 9/); // mpirun's own line
    expect(ours(told)).toEqual([]); // which the other rank adds nothing to
    const done = steps('killed');
    const { status, stderr } = mpirun(3, `${TRAIN} killed --resume`);
    expect(status, stderr).toBe(0);
    expect(stderr).toContain(`going on at step ${done}`);
    expect(steps('killed')).toBe(3);
    const left = readdirSync(path.join(folder, 'killed'), { recursive: true }).filter((name) =>
      /part|lock/.test(String(name)),
    );
    expect(left).toEqual([]);
  });

  test('what is wrong ends all ranks with one line of rank 0', { timeout: 120_000 }, () => {
    const { status, stderr } = mpirun(3, `${TRAIN.replace('--data scenes', '--data nowhere')} new --task semantic`);
    expect(status).toBe(1);
    expect(ours(stderr)).toEqual([expect.stringContaining('expected')]);
    expect(existsSync(path.join(folder, 'new'))).toBe(false);
  });
});
