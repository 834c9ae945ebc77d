import { bytesOf, FormatError } from '@seg/checkpoint';

import { platform } from '#platform';
import type { ModelFolder, ModelLocation } from './model-folder.ts';

/** Endings of weight files, by which a URL of a file is told from one of a folder. */
const FILE_URL = /(\.(safetensors|bin|pkl|pth|pt|index|index\.json)|\/[\w.-]*ckpt-\d+)$/;

/** Opens a folder, or a file (for a TensorFlow checkpoint: its prefix), on this machine (Node) or behind a URL. */
export async function openLocation(pathOrUrl: string): Promise<ModelLocation> {
  if (!/^https?:\/\//.test(pathOrUrl)) return platform.diskLocation(pathOrUrl);
  if (!URL.canParse(pathOrUrl)) throw new FormatError(`openLocation: expected a URL, got ${pathOrUrl}`);
  const url = new URL(pathOrUrl);
  if (!FILE_URL.test(url.pathname)) {
    return { folder: urlFolder(pathOrUrl.endsWith('/') ? pathOrUrl : `${pathOrUrl}/`), file: null };
  }
  return { folder: urlFolder(new URL('.', url).href), file: url.pathname.slice(url.pathname.lastIndexOf('/') + 1) };
}

function urlFolder(base: string): ModelFolder {
  return {
    name: base,
    open: async (file) => {
      const response = await fetch(new URL(file, base)).catch(unreachable(`${base}${file}`));
      if (response.status === 404) return null;
      if (!response.ok) throw new FormatError(`${base}${file}: expected the file, got status ${response.status}`);
      return bytesOf(`${base}${file}`, await response.arrayBuffer().catch(unreachable(`${base}${file}`)));
    },
  };
}

/** Names the file of a broken connection, which `fetch` does not. */
function unreachable(file: string): (error: Error) => never {
  return (error) => {
    const reason = error.cause instanceof Error ? error.cause.message : error.message;
    throw new FormatError(`${file}: expected the file, got ${reason}`);
  };
}
