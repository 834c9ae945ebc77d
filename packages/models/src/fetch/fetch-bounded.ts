import { ANYTHING } from '@seg/checkpoint/expect-options';
import { FormatError } from '@seg/checkpoint/safetensors';
import { expectLoading } from '../load-checks.ts';
import { type DownloadPlan, download } from './download.ts';
import { type FetchOptions, MOST_IN_MEMORY, mostBytes } from './fetch-options.ts';
import { memorySink } from './memory-sink.ts';

/** Knowledge of a file besides its URL. */
export type FilePlan = Partial<Pick<DownloadPlan, 'file' | 'token' | 'size'>> & {
  /** Throws a better error for an answer that is not the file's. */
  refuse?: (answer: Response) => void;
};

/**
 * Fetches a file into memory: with time limits, retries, and redirects as far as the caller allows.
 *
 * @returns Null where there is none
 * @throws FormatError naming the URL and what came
 */
export async function fetchBounded(
  address: string | URL,
  options: FetchOptions = {},
  { refuse, ...plan }: FilePlan = {},
): Promise<Uint8Array | null> {
  expectLoading('fetchBounded', options, { token: ANYTHING }); // a hub's settings may have none
  const url = String(address);
  const file = plan.file ?? url.slice(url.lastIndexOf('/') + 1);
  const maxBytes = mostBytes(new URL(url).pathname, options, MOST_IN_MEMORY);
  const sink = memorySink();
  const response = await download({ size: null, ...plan, url, file, maxBytes }, sink, options);
  if (!response.ok) refuse?.(response);
  if (response.status === 404) return null;
  if (!response.ok) throw new FormatError(`${url}: expected the file, got status ${response.status}`);
  return sink.take();
}
