import { FormatError } from '@seg/checkpoint/safetensors';

/** Beginning of every URL; that of a path on Windows has no slashes. */
const SCHEME = /^[a-z][a-z\d+.-]*:\/\//i;

/** True of texts that mean a URL, of whatever kind. */
export function isUrl(text: string): boolean {
  return SCHEME.test(text);
}

/**
 * Reads a URL that is fetched.
 *
 * @param where What names it
 * @throws FormatError where it is of another kind, or holds a name or password, which no error shows
 */
export function fetchableUrl(where: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new FormatError(`${where}: expected a URL of http or https, got ${JSON.stringify(hidden(text))}`);
  }
  if (url.username === '' && url.password === '') return url;
  throw new FormatError(
    `${where}: expected a URL without a name or password (headers may hold them), got ${hidden(text)}`,
  );
}

/** A URL without what stands before the @ of its host. */
function hidden(text: string): string {
  return text.replace(/^([a-z][a-z\d+.-]*:\/\/)[^/?#]*@/i, '$1…@');
}
