import { FormatError } from '@seg/checkpoint/safetensors';

import { NoAnswer } from '../fetch/with-retries.ts';
import { openFile } from '../folder/disk-folder.ts';
import type { ModelFolder } from '../folder/model-folder.ts';
import { fetchBlob } from './fetch-blob.ts';
import { fetchRevision, fileUrl, hubFetchOptions } from './hub-api.ts';
import { HubCache, inCache } from './hub-cache.ts';
import { hubSettings } from './hub-environment.ts';
import { type HubId, isPlain, nameOf } from './hub-id.ts';
import type { HubOptions, HubSettings } from './hub-options.ts';

/** Files of which a model has one or another, so that the want of one says nothing. */
const ALTERNATIVES = /\.(safetensors|bin|index\.json)$/;

/** The commit to read from, and the names of the hub's files; null where the hub was not asked. */
type Snapshot = { commit: string; files: ReadonlySet<string> | null };

/**
 * A model of a hub, in the cache that Python's tools share. What is there is not fetched again.
 *
 * @throws FormatError naming the model, where neither hub nor cache has it
 */
export async function diskHub(id: HubId, options: HubOptions): Promise<ModelFolder> {
  const settings = hubSettings(options);
  const cache = new HubCache(settings.cacheDir, id.repo);
  const snapshot = await snapshotOf(settings, id, cache);
  const name = snapshot.files ? nameOf(id) : `${nameOf(id)}, in the cache ${settings.cacheDir} without the hub`;
  return {
    name,
    open: async (file) => {
      const found = await fetchInto(cache, settings, id, snapshot, `${id.folder}${file}`);
      return found === null ? null : openFile(found);
    },
  };
}

async function snapshotOf(settings: HubSettings, id: HubId, cache: HubCache): Promise<Snapshot> {
  const known = cache.commitOf(id.revision);
  const cached = known !== null && cache.hasSnapshot(known) ? known : null;
  if (settings.offline) return offlineSnapshot(settings, id, cached);
  try {
    const { commit, files } = await fetchRevision(cached === null ? settings : impatient(settings), id);
    cache.keepCommit(id.revision, commit);
    return { commit, files: new Set(files.keys()) };
  } catch (error) {
    if (!(error instanceof NoAnswer) || cached === null) throw error;
    return { commit: cached, files: null };
  }
}

/** Ten seconds, as Python's tools: a hub that is not needed is not waited for. */
const PATIENCE = 10_000;

/** Settings for a question that the cache can answer too. */
function impatient(settings: HubSettings): HubSettings {
  return { ...settings, retries: 0, timeout: Math.min(settings.timeout ?? PATIENCE, PATIENCE) };
}

function offlineSnapshot({ cacheDir }: HubSettings, id: HubId, commit: string | null): Snapshot {
  if (commit !== null) return { commit, files: null };
  throw new FormatError(
    `${nameOf(id)}: expected it in the cache ${cacheDir}, since HF_HUB_OFFLINE forbids to fetch it, got nothing`,
  );
}

/** Path of a file in the cache, fetched where it must be; null where the model has none. */
async function fetchInto(
  cache: HubCache,
  settings: HubSettings,
  id: HubId,
  { commit, files }: Snapshot,
  file: string,
): Promise<string | null> {
  if (!file.split('/').every(isPlain)) throw new FormatError(`${nameOf(id)}: expected a file name, got ${file}`);
  const found = cache.find(commit, file);
  if (found !== null) return found;
  if (files === null) return absentOffline(cache, id, commit, file);
  if (!files.has(file)) {
    cache.keepAbsent(commit, file);
    return null;
  }
  const plan = { id, file, url: fileUrl(settings, id.repo, commit, file), token: settings.token };
  return inCache(settings.cacheDir, async () => {
    const etag = await fetchBlob(plan, (name) => cache.blob(name), hubFetchOptions(settings));
    return etag === null ? null : cache.link(commit, file, etag);
  });
}

/** Not to be in the cache is not to be absent: a model without its preprocessing would give other results. */
function absentOffline(cache: HubCache, id: HubId, commit: string, file: string): null {
  if (cache.isAbsent(commit, file) || ALTERNATIVES.test(file)) return null;
  throw new FormatError(`${nameOf(id)}: expected ${file} in the cache ${cache.folder}, got none, and no hub to ask`);
}
