import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { FormatError, finiteSource, type ParamSource, type StoredValue } from '@seg/checkpoint/safetensors';

import type { ModelDescription } from '../description/model-description.ts';
import { download } from '../fetch/download.ts';
import { type FetchOptions, MOST_ON_DISK, mostBytes } from '../fetch/fetch-options.ts';
import { diskFolder } from '../folder/disk-folder.ts';
import type { ModelFolder } from '../folder/model-folder.ts';
import { hubSettings } from '../hub/hub-environment.ts';
import type { HubOptions } from '../hub/hub-options.ts';
import { IncompleteBlob } from '../hub/incomplete-blob.ts';
import { PRESETS } from '../systems/systems.ts';
import { convertWeights } from '../weights/convert-weights.ts';
import { saveModel } from '../weights/save-model.ts';
import { openWeightFile } from '../weights/weight-files.ts';
import { unpackCheckpoint } from './checkpoint-archive.ts';
import type { ZooFile } from './zoo-file.ts';

/** A file of authors, and what is known of the model in it. */
export type ForeignFile = { name: string; url: string; description: ModelDescription };

/** Converts an authors' file of a published model on its first use. Needs a started backend then. */
export function zooFolder({ preset, url }: ZooFile, options: HubOptions): Promise<ModelFolder> {
  return convertedFolder({ name: preset, url, description: PRESETS[preset] }, options);
}

/**
 * A model folder made of an authors' file: fetched and converted once, then kept in the cache (`SEG_CACHE`, else
 * `XDG_CACHE_HOME/seg`, else `~/.cache/seg`). A download that was cut is gone on with; no folder is there unless it is
 * whole. `SEG_ZOO_MIRROR` names a mirror, whose files are at `MIRROR/HOST/PATH`.
 *
 * @throws FormatError naming the URL; CheckpointError with every key that does not fit the model
 */
export async function convertedFolder(file: ForeignFile, options: HubOptions): Promise<ModelFolder> {
  const cache = zooCache();
  const key = `${file.name}-${createHash('sha256').update(file.url).digest('hex').slice(0, 12)}`;
  const folder = path.join(cache, key);
  if (existsSync(path.join(folder, 'config.json'))) return diskFolder(folder);
  const settings = hubSettings(options);
  if (settings.offline) {
    throw new FormatError(
      `${file.name}: expected it in ${cache}, since HF_HUB_OFFLINE forbids to fetch it, got nothing`,
    );
  }
  const archive = path.join(cache, `${key}-${path.posix.basename(new URL(file.url).pathname)}`);
  if (!existsSync(archive)) await fetchFile(file, archive, settings);
  await convertInto(folder, archive, file);
  await rm(archive, { force: true });
  return diskFolder(folder);
}

function zooCache(): string {
  const { SEG_CACHE, XDG_CACHE_HOME } = process.env;
  return path.resolve(SEG_CACHE || path.join(XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'seg'), 'zoo');
}

/** The token of a hub is none of the zoo's business, so settings are taken without it. */
async function fetchFile({ url }: ForeignFile, target: string, options: FetchOptions): Promise<void> {
  const source = mirrored(url);
  const part = await IncompleteBlob.open(target);
  try {
    const file = path.posix.basename(new URL(url).pathname);
    const plan = { url: source, file, size: null, token: null, maxBytes: mostBytes(file, options, MOST_ON_DISK) };
    const { ok, status } = await download(plan, part, options);
    if (!ok) throw new FormatError(`${source}: expected the file, got status ${status}`);
  } catch (error) {
    await part.leave();
    throw error;
  }
  await part.finish();
}

function mirrored(url: string): string {
  const mirror = process.env.SEG_ZOO_MIRROR;
  const { host, pathname } = new URL(url);
  return mirror ? `${mirror.replace(/\/$/, '')}/${host}${pathname}` : url;
}

/** Fills a folder beside its place, and renames it. Of two processes that do so at once the first wins. */
async function convertInto(folder: string, archive: string, { url, description }: ForeignFile): Promise<void> {
  const beside = await mkdtemp(`${folder}.part-`);
  try {
    const unpacked = path.join(beside, 'unpacked');
    const whole = path.join(beside, 'model');
    await mkdir(unpacked);
    const weights = await openArchive(archive, unpacked);
    const converted = convertWeights(description.config, finiteSource(weights, url), 'own');
    await saveModel(whole, description, tensorsOf(converted));
    await rename(whole, folder).catch((error: unknown) => {
      if (!existsSync(path.join(folder, 'config.json'))) throw error;
    });
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}

async function openArchive(archive: string, unpacked: string): Promise<ParamSource> {
  const isPacked = archive.endsWith('.tar.gz');
  const folder = isPacked ? unpacked : path.dirname(archive);
  const file = isPacked ? await unpackCheckpoint(archive, unpacked, MOST_ON_DISK) : path.basename(archive);
  return (await openWeightFile(diskFolder(folder), file))!;
}

function* tensorsOf(source: ParamSource): Generator<[string, StoredValue]> {
  for (const key of source.keys()) yield [key, source.read(key)!];
}
