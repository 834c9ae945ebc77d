import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder, writeFileAtomic } from '@seg/checkpoint/node';
import { type Precision, type StoredValue, writeSafetensors } from '@seg/checkpoint/safetensors';

import type { ModelDescription, SegConfig } from '../description/model-description.ts';
import type { Weights } from './stored-params.ts';

/** Options of writing weights. */
export type SaveModelOptions = {
  /** float16 halves the files, int8 quarters them (docs/quantized-weights.md). Default: float32. */
  precision?: Precision;
  /** Most bytes of one file; more become shards. Default: 1 GiB. */
  shardBytes?: number;
  /** Notes in the weights' header. */
  metadata?: Record<string, string>;
};

/** Bytes of a number; of int8 without the scales, which are few. */
const BYTES: Readonly<Record<Precision, number>> = { float32: 4, float16: 2, int8: 1 };

/**
 * Writes a folder that `loadModel` reads: `model.safetensors`, or shards with `model.safetensors.index.json`, then
 * `config.json`. Node only. Every file is written beside its place and renamed; no more than one shard is in memory.
 *
 * @param weights A map, or `storedParams` of a model
 * @throws RangeError where a value does not fit into float16
 */
export async function saveModel(
  folder: string,
  description: ModelDescription,
  weights: Weights,
  { precision = 'float32', shardBytes = 2 ** 30, metadata }: SaveModelOptions = {},
): Promise<void> {
  await makeFolder(folder);
  const shards: string[][] = [];
  for await (const shard of splitBySize(weights, shardBytes, BYTES[precision])) {
    shards.push([...shard.keys()]);
    await writeFileAtomic(
      path.join(folder, shardName(shards.length)),
      writeSafetensors(shard, { precision, metadata }),
    );
  }
  await nameShards(folder, shards);
  const config: SegConfig = { format: 'seg-model-1', ...description };
  await writeFileAtomic(path.join(folder, 'config.json'), `${JSON.stringify(config, null, 2)}\n`);
}

async function* splitBySize(
  weights: Weights,
  most: number,
  bytesPerValue: number,
): AsyncGenerator<Map<string, StoredValue>> {
  let shard = new Map<string, StoredValue>();
  let size = 0;
  for await (const [key, value] of weights) {
    const bytes = value.values.length * bytesPerValue;
    if (shard.size > 0 && size + bytes > most) {
      yield shard;
      shard = new Map();
      size = 0;
    }
    shard.set(key, value);
    size += bytes;
  }
  yield shard;
}

/** A single shard becomes the whole file; of several an index says which has what. */
async function nameShards(folder: string, shards: readonly string[][]): Promise<void> {
  const whole = path.join(folder, 'model.safetensors');
  if (shards.length === 1) return rename(path.join(folder, shardName(1)), whole);
  const weight_map = Object.fromEntries(shards.flatMap((keys, i) => keys.map((key) => [key, shardName(i + 1)])));
  await writeFileAtomic(
    path.join(folder, 'model.safetensors.index.json'),
    `${JSON.stringify({ weight_map }, null, 2)}\n`,
  );
  await rm(whole, { force: true });
}

function shardName(number: number): string {
  return `model-${String(number).padStart(5, '0')}.safetensors`;
}
