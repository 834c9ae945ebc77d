import { createHash } from 'node:crypto';
import { InvalidArgumentError } from 'commander';

import { parseShard, type Shard } from '../evaluate/shard.ts';
import { UsageError } from '../process/exit-code.ts';

/** Shard that the surroundings name, of a number that they may leave to the user. */
export type AutoShard = { auto: true; n: number | null };

/** `k/n`, `auto`, or `auto/n`, where k comes from the scheduler's environment. */
export function parseListShard(text: string): Shard | AutoShard {
  const [, n] = /^auto(?:\/([1-9]\d{0,8}))?$/.exec(text) ?? [];
  if (text.startsWith('auto')) {
    if (n === undefined && text !== 'auto') throw new InvalidArgumentError('Expected k/n, auto, or auto/n.');
    return { auto: true, n: n === undefined ? null : Number(n) };
  }
  return parseShard(text);
}

type Surroundings = Readonly<Record<string, string | undefined>>;

/**
 * Shard of this process: as told, or by the place that Slurm (`SLURM_ARRAY_TASK_ID`, `_MIN`, `_STEP`, `_COUNT`) or an Indexed
 * Job of Kubernetes (`JOB_COMPLETION_INDEX`; `JOB_COMPLETIONS` where the manifest sets it) has given it.
 *
 * @throws UsageError where the environment does not say k or n, or another n than the user
 */
export function listShard(wanted: Shard | AutoShard, env: Surroundings = process.env): Shard {
  if (!('auto' in wanted)) return wanted;
  const { k, n = wanted.n } = env.SLURM_ARRAY_TASK_ID === undefined ? ofKubernetes(env) : ofSlurm(env);
  if (n === null)
    throw new UsageError('predict: expected --shard auto/n or the number of shards in JOB_COMPLETIONS, got none');
  if (wanted.n !== null && wanted.n !== n)
    throw new UsageError(`predict: expected ${n} shards as the scheduler has, got ${wanted.n}`);
  if (k > n) throw new UsageError(`predict: expected a shard of 1 to ${n}, got ${k} from the scheduler`);
  return { k, n };
}

type Placed = { k: number; n?: number };

function ofSlurm(env: Surroundings): Placed {
  const at = whole(env, 'SLURM_ARRAY_TASK_ID') - whole(env, 'SLURM_ARRAY_TASK_MIN');
  const step = env.SLURM_ARRAY_TASK_STEP === undefined ? 1 : whole(env, 'SLURM_ARRAY_TASK_STEP');
  return { k: Math.floor(at / step) + 1, n: whole(env, 'SLURM_ARRAY_TASK_COUNT') };
}

function ofKubernetes(env: Surroundings): Placed {
  if (env.JOB_COMPLETION_INDEX === undefined) {
    throw new UsageError(
      'predict: expected JOB_COMPLETION_INDEX or SLURM_ARRAY_TASK_ID with --shard auto, got neither',
    );
  }
  const k = whole(env, 'JOB_COMPLETION_INDEX') + 1;
  return env.JOB_COMPLETIONS === undefined ? { k } : { k, n: whole(env, 'JOB_COMPLETIONS') };
}

function whole(env: Surroundings, name: string): number {
  const text = env[name] ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(`predict: expected a whole number as ${name}, got ${JSON.stringify(text)}`);
}

/** Number of the shard, from 1, that an image belongs to: by a hash of its name, so that the rest of the list does not matter. */
export function shardOf(name: string, n: number): number {
  return (createHash('sha256').update(name).digest().readUIntBE(0, 6) % n) + 1;
}

/** Digest of a list of images: their names and ids in their order. */
export function listDigest(images: readonly { name: string; id: number }[]): string {
  const hash = createHash('sha256');
  for (const { name, id } of images) hash.update(`${id}\t${JSON.stringify(name)}\n`);
  return hash.digest('hex');
}
