/** State of one file's download. */
export type DownloadProgress = {
  file: string;
  /** Bytes that are here, those of an earlier attempt too. */
  loaded: number;
  /** Bytes of the file, or null where the server does not say. */
  total: number | null;
};

/** Options of everything that this package fetches. */
export type FetchOptions = {
  /** Called as pieces of a file arrive. */
  onProgress?: (progress: DownloadProgress) => void;
  /** Ends loading; its reason is thrown. What was fetched to disk is kept, and the next load goes on from there. */
  signal?: AbortSignal;
  /** Longest silence of a server in milliseconds, before an answer and within one. Default: 20,000. */
  timeout?: number;
  /**
   * Attempts after one that failed for a reason that may pass: 429, 5xx, a cut connection, silence. Default: 4, and none
   * after half a minute of waiting without a byte.
   */
  retries?: number;
  /** Most bytes of one file. Default: 2³³ (8 GiB) on disk, 2³² in memory. JSON may have 16 MiB at most. */
  maxBytes?: number;
  /** Headers of every request to the origin of the URL, a token for one; other hosts get none. */
  headers?: Readonly<Record<string, string>>;
  /**
   * Decides whether a redirect is followed. One from https to http never is. Default: to the same host, or to one that is
   * not within a private network; of a hub that the caller names, to any.
   */
  allowRedirect?: (from: URL, to: URL) => boolean;
};

/** Twenty seconds: twice Python's, since mobile networks pause for ten. */
export const TIMEOUT = 20_000;

/** Four attempts more, half a second to four apart: seven seconds in all outlast a restart of a proxy. */
export const RETRIES = 4;

/** 4 GiB: twice MaX-DeepLab-L (1.8 GB), the largest published model, and less than one buffer can have. */
export const MOST_IN_MEMORY = 2 ** 32;

/** 8 GiB: four times MaX-DeepLab-L (1.8 GB), the largest published model. */
export const MOST_ON_DISK = 2 ** 33;

/** 16 MiB: the indexes of the largest models have 2 MB. */
const MOST_JSON = 2 ** 24;

/** Most bytes of a file by its name. */
export function mostBytes(file: string, { maxBytes }: FetchOptions, most: number): number {
  return Math.min(maxBytes ?? most, file.endsWith('.json') ? MOST_JSON : Number.POSITIVE_INFINITY);
}
