import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { writeSceneSet } from '@seg/data/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const here = path.resolve(import.meta.dirname, '..');
const root = path.resolve(here, '../..');
const program = path.join(root, 'packages/cli/bin/seg.mjs');
const isThere = spawnSync('sinfo', ['-h']).status === 0;
const hasPmix = isThere && /pmix_v/.test(String(spawnSync('srun', ['--mpi=list']).output));

let folder = '';
beforeAll(async () => {
  if (!isThere) return;
  folder = mkdtempSync(path.join(root, 'node_modules/.slurm-')); // jobs see no folder of their own for temporary files
  mkdirSync(at('bin'));
  writeFileSync(at('bin/seg'), `#!/bin/bash\nexec ${process.execPath} ${program} "$@"\n`);
  chmodSync(at('bin/seg'), 0o755);
  cpSync(path.join(root, 'examples/samples/images'), at('photos'), { recursive: true });
  writeFileSync(at('list.txt'), readdirSync(at('photos')).map((name) => `photos/${name}\n`).join('')); // biome-ignore format: one step
  await writeSceneSet(at('split'), { split: 'testing', count: 4, height: 64, width: 64 });
});
afterAll(() => folder && rmSync(folder, { recursive: true, force: true }));

const at = (name) => path.join(folder, name);

/** Puts a job into the queue and waits for its end. The nodes may be small: what the scripts reserve is not asked for. */
function sbatch(options, script, ...args) {
  const env = {
    ...process.env,
    PATH: `${at('bin')}:${process.env.PATH}`,
    OMPI_ALLOW_RUN_AS_ROOT: '1',
    OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
  };
  const line = ['--wait', '--cpus-per-task=1', ...options, path.join(here, script), ...args];
  const { status, stderr } = spawnSync('sbatch', line, { cwd: folder, env, encoding: 'utf8' });
  const said = readdirSync(folder).filter((name) => name.endsWith('.out')).map((name) => readFileSync(at(name), 'utf8')); // biome-ignore format: one step
  expect(status, stderr + said.join('\n')).toBe(0);
}

describe.skipIf(!isThere)(`under Slurm${isThere ? '' : ' (skipped: no cluster answers)'}`, () => {
  test('an array and its merge give the files of one run', { timeout: 300_000 }, () => {
    const model = path.join(root, 'examples/mask2former/model');
    sbatch(['--array=1-3', '--mem=0'], 'predict.sh', 'list.txt', model, 'out');
    sbatch(['--mem=0'], 'merge.sh', 'out');
    const one = ['predict', '--list', at('list.txt'), '--model', model, '--backend', 'wasm', '--out', at('one')];
    expect(spawnSync(process.execPath, [program, ...one]).status).toBe(0);
    const read = (name) => readFileSync(path.join(at(name), 'panoptic.json'), 'utf8');
    expect(read('out')).toBe(read('one'));
  });

  test.skipIf(!hasPmix)('a training of two tasks leaves a model', { timeout: 300_000 }, () => {
    const resize = { kind: 'shortest-edge', shortestEdge: 64, longestEdge: 128 };
    writeFileSync(at('recipe.json'), JSON.stringify({ steps: 2, batch: 1, warmup: 0, augment: [], resize }));
    sbatch(
      ['--ntasks=2', '--mem-per-cpu=0'],
      'train.sh',
      'split',
      'run',
      '--recipe',
      'recipe.json',
      '--backend',
      'wasm',
    );
    expect(existsSync(at('run/model/config.json'))).toBe(true);
    expect(readFileSync(at('run/log.jsonl'), 'utf8').match(/"loss"/g)).toHaveLength(2);
  });
});
