import { expectValue } from '@seg/checkpoint/expect-options';
import { bytesOf, FormatError } from '@seg/checkpoint/safetensors';
import { platform } from '#platform';
import { fetchBounded } from '../fetch/fetch-bounded.ts';
import type { FetchOptions } from '../fetch/fetch-options.ts';
import { fetchableUrl, isUrl } from '../fetch/fetchable-url.ts';
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
  const url = isUrl(pathOrUrl) ? fetchableUrl('openLocation', pathOrUrl) : null;
  if (url === null && platform.isOnDisk(pathOrUrl)) return platform.diskLocation(pathOrUrl);
  const published = await publishedLocation(pathOrUrl, options);
  if (published !== null) return published;
  if (url !== null) return openUrl(url, options);
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

async function openUrl(url: URL, options: HubOptions): Promise<ModelLocation> {
  const id = readHubUrl(url.href, platform.endpoint(options));
  if (id !== null) return openHub(id, options);
  const isFile = FILE_URL.test(url.pathname);
  const folder = new URL(url);
  folder.hash = '';
  folder.pathname = isFile ? new URL('.', url).pathname : url.pathname.replace(/\/?$/, '/');
  const file = isFile ? url.pathname.slice(url.pathname.lastIndexOf('/') + 1) : null;
  return { folder: urlFolder(folder, options), file };
}

/** Each file has the question of the URL too: storage is often opened by a signature there. */
function urlFolder(folder: URL, options: FetchOptions): ModelFolder {
  const name = `${folder.origin}${folder.pathname}`;
  return {
    name,
    open: async (file) => {
      const url = new URL(file, name);
      url.search = folder.search;
      const bytes = await fetchBounded(url.href, options, { file });
      return bytes && bytesOf(`${name}${file}`, bytes);
    },
  };
}
