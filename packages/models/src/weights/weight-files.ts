import {
  type ByteSource,
  FormatError,
  isSafetensors,
  listFaults,
  openSafetensors,
  type ParamSource,
} from '@seg/checkpoint/safetensors';

import { type ModelFolder, readJson } from '../folder/model-folder.ts';

/**
 * Opens a file of weights in a folder, recognized by its content: one that holds them all, an index of shards in JSON,
 * or the index of a TensorFlow checkpoint.
 *
 * @returns Null where there is no such file
 */
export async function openWeightFile(folder: ModelFolder, file: string): Promise<ParamSource | null> {
  const source = await folder.open(file);
  if (source === null) return null;
  if (file.endsWith('.index.json')) return openShards(folder, file);
  return openSource(folder, file, source);
}

async function openSource(folder: ModelFolder, file: string, source: ByteSource): Promise<ParamSource> {
  if (isSafetensors(source)) return openSafetensors(source);
  const { openOtherWeights } = await import('./other-weights.ts');
  return openOtherWeights(source, file, (sibling) => folder.open(sibling));
}

/** Shards by a `weight_map` of keys to files. Faults of all shards are told at once. */
async function openShards(folder: ModelFolder, index: string): Promise<ParamSource> {
  const where = `${folder.name}: ${index}`;
  const { weight_map: weightMap } = await readJson<{ weight_map?: Record<string, string> }>(folder, index);
  const fileOf = new Map(Object.entries(weightMap ?? {}));
  const isPlain = (file: unknown): boolean => typeof file === 'string' && /^[\w.-]+$/.test(file);
  if (fileOf.size === 0 || ![...fileOf.values()].every(isPlain)) {
    throw new FormatError(`${where}: expected a weight_map of file names, got another`);
  }
  const { shards, faults } = await openAll(folder, new Set(fileOf.values()));
  for (const [file, shard] of shards) faults.push(...absentKeys(fileOf, file, shard));
  if (faults.length > 0) throw new FormatError(`${where}: ${listFaults(faults)}`);
  const shardOf = (key: string): ParamSource | undefined => shards.get(fileOf.get(key) ?? '');
  return {
    keys: () => fileOf.keys(),
    read: (key) => shardOf(key)?.read(key) ?? null,
    shape: (key) => shardOf(key)?.shape?.(key) ?? null,
  };
}

async function openAll(folder: ModelFolder, files: ReadonlySet<string>) {
  const shards = new Map<string, ParamSource>();
  const faults: string[] = [];
  for (const file of files) {
    try {
      const source = await folder.open(file);
      if (source === null) faults.push(`expected the shard ${file}, got none`);
      else shards.set(file, await openSource(folder, file, source));
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      faults.push(error.message);
    }
  }
  return { shards, faults };
}

function absentKeys(fileOf: ReadonlyMap<string, string>, file: string, shard: ParamSource): string[] {
  const present = new Set(shard.keys());
  const expected = [...fileOf].filter(([, of]) => of === file).map(([key]) => key);
  return expected.filter((key) => !present.has(key)).map((key) => `expected ${key} in the shard ${file}, got none`);
}
