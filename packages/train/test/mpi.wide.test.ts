import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

import { mpiSize } from '../src/collective/mpi-collective.ts';

const BUILT = path.join(import.meta.dirname, '../dist/mpi.js');
const ROOT_MAY = { OMPI_ALLOW_RUN_AS_ROOT: '1', OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1' };
const isThere = existsSync(BUILT) && spawnSync('mpirun', ['--version']).status === 0;

/** Runs the step of a system in several ranks. */
function step(ranks: number, system: string) {
  const script = path.join(import.meta.dirname, 'mpi/one-step.mjs');
  const line = ['--oversubscribe', '-n', String(ranks), process.execPath, script, system];
  const env = { ...process.env, ...ROOT_MAY };
  const { status, stdout, stderr } = spawnSync('mpirun', line, { env, encoding: 'utf8', timeout: 120_000 });
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout) as {
    losses: [together: number, alone: number];
    apart: number;
    noise: number;
    isSame: boolean;
    tensors: number;
  };
}

describe.skipIf(!isThere)(`several processes${isThere ? '' : ' (skipped: mpirun is not there)'}`, () => {
  // the bound is ten times what the order of the images changes; about 2e-6, but for MaX-DeepLab, whose pooled maps of
  // two images are normalized by each other
  test.each(['mask2former', 'maskformer', 'solov2', 'max-deeplab', 'panoptic_segformer'])(
    '%s: two ranks with an image each take the step of one process with two',
    { timeout: 150_000 },
    (system) => {
      const { losses, apart, noise, isSame, tensors } = step(2, system);
      if (system !== 'max-deeplab') expect(noise).toBeLessThan(1e-5);
      expect(apart).toBeLessThan(10 * Math.max(noise, 1e-6));
      expect(Math.abs(losses[0] - losses[1])).toBeLessThan(2e-4 * losses[1]);
      expect(isSame).toBe(true);
      expect(tensors).toBe(0);
    },
  );

  test('three ranks have the same parameters, to the byte', { timeout: 150_000 }, () => {
    const { apart, isSame } = step(3, 'maskformer');
    expect(isSame).toBe(true);
    expect(apart).toBeLessThan(2e-5);
  });
});

test('the number of processes is that of Open MPI or of Slurm, and another MPI is refused', () => {
  expect(mpiSize({})).toBe(1);
  expect(mpiSize({ OMPI_COMM_WORLD_SIZE: '4' })).toBe(4);
  expect(mpiSize({ PMIX_RANK: '0', SLURM_STEP_NUM_TASKS: '2' })).toBe(2);
  expect(mpiSize({ SLURM_STEP_NUM_TASKS: '2' })).toBe(1); // srun without MPI
  expect(mpiSize({ PMI_SIZE: '1' })).toBe(1);
  expect(() => mpiSize({ PMI_SIZE: '2' })).toThrow('expected processes of Open MPI');
  for (const text of ['', '0', '-1', '2.5', 'many', '1e9', '99999999'])
    expect(() => mpiSize({ OMPI_COMM_WORLD_SIZE: text })).toThrow('expected a number of processes');
});
