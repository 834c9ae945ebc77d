import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { readAs } from '@seg/checkpoint';
import * as v from 'valibot';
import { readJson } from '../read-json.ts';
import type { Shard } from './shard.ts';

/** State of one shard of an evaluation, as `--state` writes it. */
export type ShardState = {
  format: typeof FORMAT;
  shard: Shard;
  /** Of the compared files and the options: shards of one evaluation have the same. */
  digest: string;
  state: { kind?: unknown };
};

const FORMAT = 'seg-evaluate-shard-1';

/** A state with what `seg evaluate merge` needs to see that nothing is missing, doubled or foreign. */
export function shardState(shard: Shard, digest: string, state: object): ShardState {
  return { format: FORMAT, shard: { k: shard.k, n: shard.n }, digest, state };
}

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(1));

const stateSchema = v.object({
  format: v.literal(FORMAT),
  shard: v.pipe(
    v.object({ k: count, n: count }),
    v.check(({ k, n }) => k <= n, 'a shard k of n'),
  ),
  digest: v.string(),
  state: v.looseObject({ kind: v.optional(v.unknown()) }),
});

/** @throws FormatError naming the file and the field, where it is no state of a shard */
export async function readShardState(file: string): Promise<ShardState> {
  return readAs(file, stateSchema, await readJson(file));
}

/** @throws Error where the shards are not those of one evaluation, each once */
export function expectWhole(states: readonly Pick<ShardState, 'shard' | 'digest'>[]): void {
  const { n } = states[0].shard;
  const got = states.map(({ shard }) => shard.k).sort((a, b) => a - b);
  if (states.some(({ shard }) => shard.n !== n) || got.length !== n || got.some((k, i) => k !== i + 1)) {
    const named = states.map(({ shard }) => `${shard.k}/${shard.n}`).join(', ');
    throw new Error(`evaluate merge: expected shards 1 to ${n} of ${n}, each once, got ${named}`);
  }
  if (states.some(({ digest }) => digest !== states[0].digest)) {
    throw new Error('evaluate merge: expected shards of one evaluation, got states of different inputs or options');
  }
}

/**
 * Digest of an evaluation: the bytes of its JSON files, name and length of each file of its folders, and its options.
 *
 * @param files JSON files
 * @param folders Folders with the names of their files that are compared
 */
export async function evaluationDigest(
  files: readonly string[],
  folders: readonly (readonly [folder: string, names: readonly string[]])[],
  options: object,
): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(options));
  for (const file of files) {
    for await (const piece of createReadStream(file)) hash.update(piece as Uint8Array);
  }
  for (const [folder, names] of folders) {
    for (const name of names) {
      const bytes = await stat(path.join(folder, name)).then(
        ({ size }) => size,
        () => -1,
      );
      hash.update(`${name}\0${bytes}\0`);
    }
  }
  return hash.digest('hex');
}
