import { FormatError } from '@seg/checkpoint/safetensors';

import { fetchableUrl } from '../fetch/fetchable-url.ts';

/** A model on a hub, and the place in it where one is meant. */
export type HubId = {
  /** `org/name`. */
  repo: string;
  /** Branch, tag or commit. */
  revision: string;
  /** Folder in it, empty or with a slash at its end. */
  folder: string;
  /** File in that folder, or null. */
  file: string | null;
};

/** The hub, unless another is named. */
export const ENDPOINT = 'https://huggingface.co';

/** Checks the URL of a hub. @returns It without a slash at its end */
export function checkEndpoint(endpoint: string): string {
  fetchableUrl('HF_ENDPOINT', endpoint);
  return endpoint.replace(/\/+$/, '');
}

/** Hosts whose pages are the hub's. */
const HUB_HOSTS = ['huggingface.co', 'www.huggingface.co', 'hf.co'];

/** One half of `org/name`: the hub's rule, without the names that a path could have (`.`, `..`). */
const PART = '[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?';
const ID = new RegExp(`^(${PART}/${PART})(?:@(.+))?$`);

/** Reads `org/name` or `org/name@revision`. @returns Null where a text is neither */
export function readHubId(text: string): HubId | null {
  const [, repo, revision = 'main'] = ID.exec(text) ?? [];
  if (repo === undefined || !isRepo(repo)) return null;
  return { repo, revision: checkRevision(text, revision), folder: '', file: null };
}

/**
 * Reads the URL of a model's page as a browser shows it: of the model, of a revision (`/tree/REV`, `/resolve/REV`), of a
 * folder or a file in it.
 *
 * @param endpoint Of the hub that is asked, whose pages count too
 * @returns Null where it is another URL
 */
export function readHubUrl(text: string, endpoint: string): HubId | null {
  const url = new URL(text);
  const isHub = HUB_HOSTS.includes(url.host) || url.origin === new URL(endpoint).origin;
  const [org, name, view, ...rest] = url.pathname.split('/').filter(Boolean).map(decoded);
  const repo = `${org}/${name}`;
  if (!isHub || name === undefined || readHubId(repo) === null) return null;
  if (view === undefined) return { repo, revision: 'main', folder: '', file: null };
  if (!['tree', 'resolve', 'blob', 'raw'].includes(view) || rest.length === 0) return null;
  const revision = rest.splice(0, rest[0] === 'refs' ? 3 : 1).join('/');
  const isFile = view === 'blob' || view === 'raw' || (view === 'resolve' && /\.\w+$/.test(rest.at(-1) ?? ''));
  const file = isFile ? (rest.pop() ?? null) : null;
  if (rest.some((part) => !isPlain(part))) return null;
  return { repo, revision: checkRevision(text, revision), folder: rest.map((part) => `${part}/`).join(''), file };
}

/** The revision that an option names, which may not disagree with the one in the id. */
export function withRevision(id: HubId, revision: string | undefined): HubId {
  if (revision === undefined || revision === id.revision) return id;
  if (id.revision !== 'main') {
    throw new FormatError(`${nameOf(id)}: expected one revision, got the option ${JSON.stringify(revision)} too`);
  }
  return { ...id, revision: checkRevision(id.repo, revision) };
}

/** `org/name@revision/folder/`, as errors name it. */
export function nameOf({ repo, revision, folder }: HubId): string {
  return `${repo}@${revision}${folder && `/${folder.slice(0, -1)}`}`;
}

/** True of names that cannot leave a folder. */
export function isPlain(part: string): boolean {
  return /^[\w.+=-][\w.+=@ -]{0,254}$/.test(part) && part !== '.' && part !== '..';
}

function isRepo(repo: string): boolean {
  return !repo.includes('--') && !repo.includes('..') && !repo.endsWith('.git');
}

function checkRevision(where: string, revision: string): string {
  if (revision.length < 256 && revision.split('/').every(isPlain)) return revision;
  throw new FormatError(`${where}: expected a branch, a tag or a commit, got ${JSON.stringify(revision)}`);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
