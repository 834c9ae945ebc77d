import { rm } from 'node:fs/promises';
import path from 'node:path';
import { A_TEXT, expectOptions, expectValue, numberIn } from '@seg/checkpoint/expect-options';
import { dropParts, makeFolder, placeParts, writePart } from '@seg/checkpoint/node';
import {
  A_PRECISION,
  expectFinite,
  METADATA,
  type Precision,
  type StoredValue,
  writeSafetensors,
} from '@seg/checkpoint/safetensors';

import type { ModelDescription } from '../description/model-description.ts';
import { segConfigOf } from '../description/seg-config.ts';
import { SYSTEMS } from '../systems/systems.ts';
import { expectKeys, expectWeights } from './expect-weights.ts';
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

const OPTIONS = {
  precision: A_PRECISION,
  shardBytes: numberIn({ least: 1, most: Number.POSITIVE_INFINITY }),
  metadata: METADATA,
};

/**
 * Writes a folder that `loadModel` reads: `model.safetensors`, or shards with `model.safetensors.index.json`, then
 * `config.json`. Node only. All files are written beside their places before the first is renamed, so that what was there
 * stays where one cannot be; no more than one shard is in memory.
 *
 * @param weights A map, or `storedParams` of a model
 * @throws FormatError naming the field that a reader would refuse, before anything is written; the key of a value that is
 *   NaN or infinite; or the keys that the model misses or lacks, where a backend is started
 * @throws RangeError where a value does not fit into float16
 */
export async function saveModel(
  folder: string,
  description: ModelDescription,
  weights: Weights,
  options: SaveModelOptions = {},
): Promise<void> {
  expectOptions('saveModel', options, OPTIONS);
  expectValue('saveModel', 'folder', folder, A_TEXT);
  expectWeights('saveModel', weights);
  const { precision = 'float32', shardBytes = 2 ** 30, metadata } = options;
  const config = segConfigOf('saveModel', description, SYSTEMS);
  await makeFolder(folder);
  const parts: [part: string, file: string][] = [];
  const write = async (name: string, content: Uint8Array | string) => {
    const file = path.join(folder, name);
    parts.push([await writePart(file, content), file]);
  };
  const shards: string[][] = [];
  try {
    for await (const shard of splitBySize(weights, shardBytes, BYTES[precision])) {
      shards.push([...shard.keys()]);
      await write(shardName(shards.length), writeSafetensors(shard, { precision, metadata }));
    }
    expectKeys('saveModel', description.config, shards.flat());
    if (shards.length === 1) parts[0][1] = path.join(folder, WHOLE);
    else await write(INDEX, jsonText({ weight_map: weightMap(shards) }));
    await write('config.json', jsonText(config));
  } catch (error) {
    await dropParts(parts.map(([part]) => part));
    throw error;
  }
  await placeParts(parts);
  if (shards.length > 1) await rm(path.join(folder, WHOLE), { force: true });
}

const WHOLE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

/** Shards by the keys that they have. */
function weightMap(shards: readonly string[][]): Record<string, string> {
  return Object.fromEntries(shards.flatMap((keys, i) => keys.map((key) => [key, shardName(i + 1)])));
}

function jsonText(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

async function* splitBySize(
  weights: Weights,
  most: number,
  bytesPerValue: number,
): AsyncGenerator<Map<string, StoredValue>> {
  let shard = new Map<string, StoredValue>();
  let size = 0;
  for await (const [key, value] of weights) {
    expectFinite(value, key, 'saveModel');
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

function shardName(number: number): string {
  return `model-${String(number).padStart(5, '0')}.safetensors`;
}
