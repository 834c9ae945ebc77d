import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const here = path.resolve(import.meta.dirname, '..');
const root = path.resolve(here, '../..');
const samples = path.join(root, 'examples/samples/images');
const model = path.join(root, 'examples/mask2former/model');

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'seg-slurm-'));
  mkdirSync(path.join(folder, 'bin'));
  // stand-ins: srun runs its command, scontrol notes what it is told
  standIn('srun', 'exec "$@"');
  standIn('scontrol', `echo "$@" >> ${folder}/scontrol.log`);
  standIn('seg', `exec ${process.execPath} ${root}/packages/cli/bin/seg.mjs "$@"`);
  mkdirSync(path.join(folder, 'photos'));
  for (const name of readdirSync(samples)) cpSync(path.join(samples, name), path.join(folder, 'photos', name));
  writeFileSync(
    path.join(folder, 'list.txt'),
    readdirSync(samples)
      .map((name) => `photos/${name}\n`)
      .join(''),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function standIn(name, body) {
  const file = path.join(folder, 'bin', name);
  writeFileSync(file, `#!/bin/bash\n${body}\n`);
  chmodSync(file, 0o755);
}

/** Runs a script as Slurm runs a task of an array. */
function task(script, args, id, more = {}) {
  const slurm = {
    ...{ SLURM_ARRAY_JOB_ID: '42', SLURM_ARRAY_TASK_ID: String(id), SLURM_ARRAY_TASK_MIN: '1' },
    ...{ SLURM_ARRAY_TASK_MAX: '3', SLURM_ARRAY_TASK_COUNT: '3', SLURM_ARRAY_TASK_STEP: '1' },
  };
  const env = { ...process.env, ...slurm, ...more, PATH: `${path.join(folder, 'bin')}:${process.env.PATH}` };
  return spawnSync('bash', [path.join(here, script), ...args], { env, encoding: 'utf8' });
}

const at = (name) => path.join(folder, name);

test('an array of three tasks and its merge give the files of one run', () => {
  for (const id of [1, 2, 3]) {
    const { status, stderr } = task('predict.sh', [at('list.txt'), model, at('out')], id);
    expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
  }
  expect(task('merge.sh', [at('out')], 1).status).toBe(0);
  const one = ['predict', '--list', at('list.txt'), '--model', model, '--backend', 'wasm', '--out', at('one')];
  expect(spawnSync(process.execPath, [path.join(root, 'packages/cli/bin/seg.mjs'), ...one]).status).toBe(0);
  const read = (name) => readFileSync(path.join(at(name), 'panoptic.json'), 'utf8');
  expect(read('out')).toBe(read('one'));
});

test('a task that the machine has failed is put into the queue again, one with a wrong list is not', () => {
  standIn('full', 'exit 75');
  expect(task('predict.sh', [at('list.txt'), model, at('other')], 2, { SEG_RUN: at('bin/full') }).status).toBe(75);
  expect(readFileSync(at('scontrol.log'), 'utf8')).toBe('requeue 42_2\n');
  expect(task('predict.sh', [at('nowhere.txt'), model, at('other')], 2).status).toBe(1);
  expect(task('predict.sh', [at('list.txt'), model, at('other')], 2, { SLURM_ARRAY_TASK_COUNT: 'x' }).status).toBe(2);
  expect(readFileSync(at('scontrol.log'), 'utf8')).toBe('requeue 42_2\n');
});

test('a training begins, and goes on where its run is there; one out of time is put into the queue again', () => {
  const job = (code, ...more) => {
    standIn('seg', `echo "$@"; exit ${code}`);
    return task('train.sh', ['split', at('run'), '--steps', '2'], 1, {
      SLURM_JOB_ID: '43',
      SEG_RUN: 'env',
      ...more[0],
    });
  };
  expect(job(0).stdout).toBe(`train --data split --out ${at('run')} --steps 2\n`);
  mkdirSync(at('run'));
  writeFileSync(path.join(at('run'), 'run.json'), '{}');
  expect(job(143).stdout).toBe(`train --data split --out ${at('run')} --resume --steps 2\n`);
  expect(readFileSync(at('scontrol.log'), 'utf8')).toContain('requeue 43\n');
  const before = readFileSync(at('scontrol.log'), 'utf8');
  expect(job(1).status).toBe(1);
  expect(job(75, { SLURM_RESTART_COUNT: '20' }).status).toBe(75);
  expect(readFileSync(at('scontrol.log'), 'utf8')).toBe(before);
});
