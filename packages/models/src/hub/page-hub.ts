import { bytesOf, FormatError } from '@seg/checkpoint/safetensors';

import { fetchBounded } from '../fetch/fetch-bounded.ts';
import { NoAnswer } from '../fetch/with-retries.ts';
import type { ModelFolder } from '../folder/model-folder.ts';
import {
  fetchRevision,
  fileUrl,
  type HubFile,
  type HubRevision,
  hubFetchOptions,
  infoUrl,
  readRevision,
  refuse,
} from './hub-api.ts';
import { type HubId, nameOf } from './hub-id.ts';
import type { HubSettings } from './hub-options.ts';

/** Name of the page's cache of models. */
const CACHE = 'seg-models';

/**
 * A model of a hub, in the page's own cache where the page has one (it has none without https). Files are kept by commit,
 * whole and checked, and are not fetched again.
 *
 * @throws FormatError naming the model, where neither hub nor cache has it
 */
export async function pageHub(id: HubId, settings: HubSettings): Promise<ModelFolder> {
  const cache = 'caches' in globalThis ? await caches.open(CACHE) : null;
  const revision = await revisionOf(settings, id, cache);
  return {
    name: nameOf(id),
    open: async (file) => {
      const name = `${id.folder}${file}`;
      const known = revision.files.get(name);
      if (known === undefined) return null;
      const url = fileUrl(settings, id.repo, revision.commit, name);
      return bytesOf(url, (await cached(cache, url)) ?? (await fetchChecked(settings, id, url, name, known, cache)));
    },
  };
}

async function revisionOf(settings: HubSettings, id: HubId, cache: Cache | null): Promise<HubRevision> {
  const url = infoUrl(settings, id);
  const kept = async () => {
    const bytes = await cached(cache, url);
    return bytes && readRevision(`${url} in the cache ${CACHE}`, bytes); // any script of the page may have written it
  };
  if (settings.offline) return (await kept()) ?? notKept(id);
  try {
    const revision = await fetchRevision(settings, id);
    await keep(cache, url, toJson(revision));
    return revision;
  } catch (error) {
    const revision = error instanceof NoAnswer ? await kept() : null;
    if (revision) return revision;
    throw error;
  }
}

function notKept(id: HubId): never {
  throw new FormatError(`${nameOf(id)}: expected it in the cache ${CACHE} of the page, got nothing`);
}

async function fetchChecked(
  settings: HubSettings,
  id: HubId,
  url: string,
  file: string,
  { size, sha256 }: HubFile,
  cache: Cache | null,
): Promise<Uint8Array> {
  if (settings.offline) throw new FormatError(`${nameOf(id)}: expected ${file} in the cache ${CACHE}, got nothing`);
  const plan = { file, size, token: settings.token, refuse: (answer: Response) => refuse(url, id, answer) };
  const bytes = (await fetchBounded(url, hubFetchOptions(settings), plan))!;
  const hash = sha256 && globalThis.crypto?.subtle ? await hashOf(bytes) : sha256;
  if (hash !== sha256) throw new FormatError(`${url}: expected a file of SHA-256 ${sha256}, got ${hash}`);
  await keep(cache, url, bytes);
  return bytes;
}

async function hashOf(bytes: Uint8Array): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function cached(cache: Cache | null, url: string): Promise<Uint8Array | null> {
  const response = await cache?.match(url);
  return response ? new Uint8Array(await response.arrayBuffer()) : null;
}

/** A full cache is no reason not to go on. */
async function keep(cache: Cache | null, url: string, bytes: Uint8Array): Promise<void> {
  await cache?.put(url, new Response(bytes as Uint8Array<ArrayBuffer>)).catch(() => {});
}

/** Writes a revision in the hub's own form, which has one reader. */
function toJson({ commit, files }: HubRevision): Uint8Array {
  const siblings = [...files].map(([rfilename, { size, sha256 }]) => ({ rfilename, size, lfs: sha256 && { sha256 } }));
  return new TextEncoder().encode(JSON.stringify({ sha: commit, siblings }));
}
