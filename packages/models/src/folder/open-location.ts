import { bytesOf, FormatError } from '@seg/checkpoint';

import { platform } from '#platform';
import { fetchFile } from '../fetch/fetch-file.ts';
import type { FetchOptions } from '../fetch/fetch-options.ts';
import { type HubId, readHubId, readHubUrl, withRevision } from '../hub/hub-id.ts';
import type { HubOptions } from '../hub/hub-options.ts';
import type { ModelFolder, ModelLocation } from './model-folder.ts';

/** Endings of weight files, by which a URL of a file is told from one of a folder. */
const FILE_URL = /(\.(safetensors|bin|pkl|pth|pt|index|index\.json)|\/[\w.-]*ckpt-\d+)$/;

/**
 * Opens a folder, or a file (for a TensorFlow checkpoint: its prefix), on this machine (Node), behind a URL, or on a hub
 * by `org/name`, `org/name@revision` or the URL of its page. A path that is there wins over a name on the hub.
 *
 * @throws FormatError naming it, where it is none of these or cannot be had
 */
export async function openLocation(pathOrUrl: string, options: HubOptions = {}): Promise<ModelLocation> {
  if (/^https?:\/\//.test(pathOrUrl)) return openUrl(pathOrUrl, options);
  const id = platform.isOnDisk(pathOrUrl) ? null : readHubId(pathOrUrl);
  return id === null ? platform.diskLocation(pathOrUrl) : openHub(id, options);
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
      const bytes = await fetchFile(new URL(file, base).href, options, { file });
      return bytes && bytesOf(`${base}${file}`, bytes);
    },
  };
}
