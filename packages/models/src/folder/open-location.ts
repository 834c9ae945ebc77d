import { bytesOf, FormatError } from '@seg/checkpoint';

import { platform } from '#platform';
import { fetchBounded } from '../fetch/fetch-bounded.ts';
import type { FetchOptions } from '../fetch/fetch-options.ts';
import { type HubId, readHubId, readHubUrl, withRevision } from '../hub/hub-id.ts';
import type { HubOptions } from '../hub/hub-options.ts';
import type { ModelFolder, ModelLocation } from './model-folder.ts';

/** Endings of weight files, by which a URL of a file is told from one of a folder. */
const FILE_URL = /(\.(safetensors|bin|pkl|pth|pt|index|index\.json)|\/[\w.-]*ckpt-\d+)$/;

/**
 * Opens a folder, or a file (for a TensorFlow checkpoint: its prefix), on this machine (Node), behind a URL, or on a hub
 * by `org/name`, `org/name@revision`, the URL of its page or the name of a preset whose weights are there. A path that is
 * there wins over a name.
 *
 * @throws FormatError naming it, where it is none of these or cannot be had
 */
export async function openLocation(pathOrUrl: string, options: HubOptions = {}): Promise<ModelLocation> {
  if (/^https?:\/\//.test(pathOrUrl)) return openUrl(pathOrUrl, options);
  if (platform.isOnDisk(pathOrUrl)) return platform.diskLocation(pathOrUrl);
  const id = readHubId((await hubOfPreset(pathOrUrl)) ?? pathOrUrl);
  return id === null ? platform.diskLocation(pathOrUrl) : openHub(id, options);
}

/** Name on the hub of a published model by its preset's name; null of other names. Pages load the list when they need it. */
async function hubOfPreset(name: string): Promise<string | null> {
  if (!/^[a-z][a-z\d-]+$/.test(name)) return null;
  const { ZOO } = await import('../zoo/zoo.ts');
  const entry = ZOO.find(({ preset }) => preset === name);
  if (entry === undefined || entry.hub !== null) return entry?.hub ?? null;
  throw new FormatError(
    `${name}: expected a published model whose weights are on the hub, got one of ${entry.source} (seg convert --preset ${name})`,
  );
}

async function openHub(id: HubId, options: HubOptions): Promise<ModelLocation> {
  return { folder: await platform.hubFolder(withRevision(id, options.revision), options), file: id.file };
}

async function openUrl(text: string, options: HubOptions): Promise<ModelLocation> {
  if (!URL.canParse(text)) throw new FormatError(`openLocation: expected a URL, got ${text}`);
  const id = readHubUrl(text, platform.endpoint(options));
  if (id !== null) return openHub(id, options);
  const url = new URL(text);
  if (!FILE_URL.test(url.pathname)) {
    return { folder: urlFolder(text.endsWith('/') ? text : `${text}/`, options), file: null };
  }
  return {
    folder: urlFolder(new URL('.', url).href, options),
    file: url.pathname.slice(url.pathname.lastIndexOf('/') + 1),
  };
}

function urlFolder(base: string, options: FetchOptions): ModelFolder {
  return {
    name: base,
    open: async (file) => {
      const bytes = await fetchBounded(new URL(file, base).href, options, { file });
      return bytes && bytesOf(`${base}${file}`, bytes);
    },
  };
}
