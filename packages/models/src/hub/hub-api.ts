import { describeValue, FormatError, parseJson, utf8Text } from '@seg/checkpoint/safetensors';

import { fetchBounded } from '../fetch/fetch-bounded.ts';
import type { FetchOptions } from '../fetch/fetch-options.ts';
import { ENDPOINT, type HubId, nameOf } from './hub-id.ts';
import type { HubSettings } from './hub-options.ts';

/** One file, as a hub tells of it. */
export type HubFile = {
  /** Bytes, or null where the hub does not say. */
  size: number | null;
  /** In hexadecimal, of files in large storage; null of others. */
  sha256: string | null;
};

/** A revision of a model as the hub has it. */
export type HubRevision = { commit: string; files: ReadonlyMap<string, HubFile> };

/** 16 MiB of JSON: fifty thousand files, a hundred times what the largest models have. */
const MOST_INFO = 2 ** 24;

/** A commit of git. */
export const COMMIT = /^[0-9a-f]{40}$/;
const SHA256 = /^[0-9a-f]{64}$/;

/** URL of what the hub says of a revision. */
export function infoUrl({ endpoint }: HubSettings, { repo, revision }: HubId): string {
  return `${endpoint}/api/models/${repo}/revision/${encodeURIComponent(revision)}?blobs=true`;
}

/** URL of a file of a model. */
export function fileUrl({ endpoint }: HubSettings, repo: string, commit: string, file: string): string {
  return `${endpoint}/${repo}/resolve/${commit}/${file.split('/').map(encodeURIComponent).join('/')}`;
}

/**
 * Asks the hub for a revision: its commit and its files.
 *
 * @throws FormatError naming the model and what came
 */
export async function fetchRevision(settings: HubSettings, id: HubId): Promise<HubRevision> {
  const url = infoUrl(settings, id);
  const options = { ...hubFetchOptions(settings), onProgress: undefined, maxBytes: MOST_INFO };
  const bytes = await fetchBounded(url, options, {
    token: settings.token,
    refuse: (answer) => refuse(url, id, answer),
  });
  return readRevision(url, bytes!);
}

/** Reads the hub's answer, which is not trusted. */
export function readRevision(url: string, bytes: Uint8Array): HubRevision {
  const info = parseJson(url, utf8Text(url, bytes, 'JSON')) as Record<string, unknown> | null;
  const commit = info?.sha;
  if (typeof commit !== 'string' || !COMMIT.test(commit)) {
    throw new FormatError(`${url}: expected a commit as sha, got ${describeValue(commit)}`);
  }
  if (!Array.isArray(info?.siblings)) {
    throw new FormatError(`${url}: expected a list as siblings, got ${describeValue(info?.siblings)}`);
  }
  return { commit, files: new Map(info.siblings.map((file) => readFile(url, file))) };
}

function readFile(url: string, value: unknown): [string, HubFile] {
  const { rfilename, size, lfs } = (value ?? {}) as Record<string, unknown>;
  if (typeof rfilename !== 'string') {
    throw new FormatError(`${url}: expected files with a name as siblings, got ${describeValue(value)}`);
  }
  const hash = (lfs as { sha256?: unknown } | null | undefined)?.sha256;
  return [
    rfilename,
    {
      size: Number.isSafeInteger(size) && (size as number) >= 0 ? (size as number) : null,
      sha256: typeof hash === 'string' && SHA256.test(hash) ? hash : null,
    },
  ];
}

/** Redirects of a hub lead to its content hosts. One that the caller names, a mirror in the house, may have private ones. */
export function hubFetchOptions(settings: HubSettings): FetchOptions {
  return { allowRedirect: settings.endpoint === ENDPOINT ? undefined : () => true, ...settings };
}

/** Says why a hub has refused. @throws FormatError always */
export function refuse(url: string, id: HubId, { status, headers }: Response): never {
  const code = headers.get('x-error-code') ?? '';
  throw new FormatError(`${nameOf(id)}: expected ${url}, got status ${status}${reasonOf(status, code)}`);
}

function reasonOf(status: number, code: string): string {
  if (code === 'GatedRepo') return ': its page asks to accept terms, and the request needs a token (HF_TOKEN) that has';
  if (code === 'RevisionNotFound') return ': no such revision';
  if (code === 'EntryNotFound') return ': no such file';
  if (status === 401 || status === 403) return ': no such model, or one that needs a token (HF_TOKEN)';
  return status === 404 ? ': no such model or revision' : '';
}
