import { expect, test } from 'vitest';

import { listShard, parseListShard } from './list-shard.ts';

const SLURM = { SLURM_ARRAY_TASK_ID: '7', SLURM_ARRAY_TASK_MIN: '3', SLURM_ARRAY_TASK_COUNT: '9' };

test.each([
  ['2/5', {}, { k: 2, n: 5 }],
  ['auto', SLURM, { k: 5, n: 9 }],
  ['auto/9', SLURM, { k: 5, n: 9 }],
  ['auto', { ...SLURM, SLURM_ARRAY_TASK_STEP: '2' }, { k: 3, n: 9 }],
  ['auto/20', { JOB_COMPLETION_INDEX: '0' }, { k: 1, n: 20 }],
  ['auto', { JOB_COMPLETION_INDEX: '19', JOB_COMPLETIONS: '20' }, { k: 20, n: 20 }],
])('%s with %o is %o', (text, env, shard) => {
  expect(listShard(parseListShard(text), env)).toEqual(shard);
});

test.each([
  ['auto', {}, 'expected JOB_COMPLETION_INDEX or SLURM_ARRAY_TASK_ID with --shard auto, got neither'],
  ['auto', { JOB_COMPLETION_INDEX: '0' }, 'expected --shard auto/n or the number of shards in JOB_COMPLETIONS'],
  ['auto/8', SLURM, 'expected 9 shards as the scheduler has, got 8'],
  ['auto/20', { JOB_COMPLETION_INDEX: '20' }, 'expected a shard of 1 to 20, got 21'],
  ['auto/20', { JOB_COMPLETION_INDEX: '-1' }, 'expected a whole number as JOB_COMPLETION_INDEX, got "-1"'],
  ['auto', { ...SLURM, SLURM_ARRAY_TASK_MIN: undefined }, 'as SLURM_ARRAY_TASK_MIN, got ""'],
])('%s with %o is refused', (text, env, message) => {
  expect(() => listShard(parseListShard(text), env)).toThrow(message);
});

test.each(['0/4', '5/4', 'auto/0', 'auto/x', 'automatic', '1', '1/1e3', ''])('%j is no shard', (text) => {
  expect(() => parseListShard(text)).toThrow('Expected k/n');
});
