import { bytesOf, FormatError } from '@seg/checkpoint';

import { platform } from '#platform';
import { fetchBounded, type RemoteOptions } from './fetch-bounded.ts';
import type { ModelFolder, ModelLocation } from './model-folder.ts';

/** Endings of weight files, by which a URL of a file is told from one of a folder. */
const FILE_URL = /(\.(safetensors|bin|pkl|pth|pt|index|index\.json)|\/[\w.-]*ckpt-\d+)$/;

/** Opens a folder, or a file (for a TensorFlow checkpoint: its prefix), on this machine (Node) or behind a URL. */
export async function openLocation(pathOrUrl: string, remote: RemoteOptions = {}): Promise<ModelLocation> {
  if (!/^https?:\/\//.test(pathOrUrl)) return platform.diskLocation(pathOrUrl);
  if (!URL.canParse(pathOrUrl)) throw new FormatError(`openLocation: expected a URL, got ${pathOrUrl}`);
  const url = new URL(pathOrUrl);
  if (!FILE_URL.test(url.pathname)) {
    return { folder: urlFolder(pathOrUrl.endsWith('/') ? pathOrUrl : `${pathOrUrl}/`, remote), file: null };
  }
  return {
    folder: urlFolder(new URL('.', url).href, remote),
    file: url.pathname.slice(url.pathname.lastIndexOf('/') + 1),
  };
}

function urlFolder(base: string, remote: RemoteOptions): ModelFolder {
  return {
    name: base,
    open: async (file) => {
      const bytes = await fetchBounded(new URL(file, base), remote);
      return bytes === null ? null : bytesOf(`${base}${file}`, bytes);
    },
  };
}
