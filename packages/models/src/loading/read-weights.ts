import { FormatError, openSafetensors, type ParamSource } from '@seg/core';

import { type ModelFolder, readOptionalJson } from './model-folder.ts';

/** The weights of a folder: `model.safetensors`, or its shards by `model.safetensors.index.json`. */
export async function readWeights(folder: ModelFolder): Promise<ParamSource> {
  const whole = await folder.open('model.safetensors');
  if (whole !== null) return openSafetensors(whole);
  const index = await readOptionalJson<{ weight_map?: Record<string, string> }>(folder, 'model.safetensors.index.json');
  if (index !== null) return openShards(folder, index.weight_map);
  throw new FormatError(`${folder.name}: expected model.safetensors or model.safetensors.index.json, got neither`);
}

async function openShards(folder: ModelFolder, weightMap: Record<string, string> | undefined): Promise<ParamSource> {
  const entries = Object.entries(weightMap ?? {});
  const isPlain = (file: unknown): boolean => typeof file === 'string' && /^[\w.-]+$/.test(file);
  if (entries.length === 0 || !entries.every(([, file]) => isPlain(file))) {
    throw new FormatError(
      `${folder.name}: expected a weight_map of file names in model.safetensors.index.json, got another`,
    );
  }
  const shards = new Map<string, ParamSource>();
  for (const file of new Set(entries.map(([, file]) => file))) {
    const source = await folder.open(file);
    if (source === null) throw new FormatError(`${folder.name}: expected the shard ${file}, got none`);
    shards.set(file, openSafetensors(source));
  }
  const fileOf = new Map(entries);
  return { keys: () => fileOf.keys(), read: (key) => shards.get(fileOf.get(key) ?? '')?.read(key) ?? null };
}
