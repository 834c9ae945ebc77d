import { expectValue } from '@seg/checkpoint/expect-options';
import { bytesOf, FormatError } from '@seg/checkpoint/safetensors';
import { platform } from '#platform';
import { fetchBounded } from '../fetch/fetch-bounded.ts';
import type { FetchOptions } from '../fetch/fetch-options.ts';
import { type HubId, readHubId, readHubUrl, withRevision } from '../hub/hub-id.ts';
import type { HubOptions } from '../hub/hub-options.ts';
import { A_PLACE, expectLoading } from '../load-checks.ts';
import type { ModelFolder, ModelLocation } from './model-folder.ts';

/** Endings of weight files, by which a URL of a file is told from one of a folder. */
const FILE_URL = /(\.(safetensors|bin|pkl|pth|pt|index|index\.json)|\/[\w.-]*ckpt-\d+)$/;

/**
 * Opens a folder, or a file (for a TensorFlow checkpoint: its prefix), on this machine (Node), behind a URL, or on a hub
 * by `org/name`, `org/name@revision`, the URL of its page or the name of a preset whose weights are there. The authors'
 * files of published models, by their URLs in the model zoos, are converted on first use (Node). A path that is there wins
 * over a name.
 *
 * @throws FormatError naming it, where it is none of these or cannot be had
 */
export async function openLocation(pathOrUrl: string, options: HubOptions = {}): Promise<ModelLocation> {
  expectLoading('openLocation', options);
  expectValue('openLocation', 'pathOrUrl', pathOrUrl, A_PLACE);
  const isUrl = /^https?:\/\//.test(pathOrUrl);
  if (!isUrl && platform.isOnDisk(pathOrUrl)) return platform.diskLocation(pathOrUrl);
  const published = await publishedLocation(pathOrUrl, options);
  if (published !== null) return published;
  if (isUrl) return openUrl(pathOrUrl, options);
  const id = readHubId(pathOrUrl);
  return id === null ? platform.diskLocation(pathOrUrl) : openHub(id, options);
}

/** Beginnings of all URLs in model zoos: what has another is not looked up. */
const ZOO_URL = /^https:\/\/(dl\.fbaipublicfiles\.com|storage\.googleapis\.com\/gresearch|github\.com)\//;

/**
 * A published model by its preset's name, from the hub or else from its authors' file, or by the URL of that file; null of
 * all else. Pages load the list when they need it.
 */
async function publishedLocation(nameOrUrl: string, options: HubOptions): Promise<ModelLocation | null> {
  if (!/^[a-z][a-z\d-]+$/.test(nameOrUrl) && !ZOO_URL.test(nameOrUrl)) return null;
  const { ZOO } = await import('../zoo/zoo.ts');
  const { zooFile } = await import('../zoo/zoo-file.ts');
  const entry = ZOO.find(({ preset }) => preset === nameOrUrl);
  if (entry?.hub) return openHub(readHubId(entry.hub)!, options);
  const file = zooFile(nameOrUrl);
  if (file !== null) return { folder: await platform.zooFolder(file, options), file: null };
  if (entry === undefined) return null;
  throw new FormatError(
    `${nameOrUrl}: expected a published model whose weights can be fetched, got one of ${entry.source} (seg convert --preset ${nameOrUrl})`,
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
