import type { FetchOptions } from '../fetch/fetch-options.ts';

/** Options of loading a model by its name on a hub. In Node each has its environment variable, as Python's tools have it. */
export type HubOptions = FetchOptions & {
  /** Branch, tag or commit. Default: the one in the id, else `main`. */
  revision?: string;
  /** Access token, sent to the hub's own origin alone. Default: `HF_TOKEN`, or the file of `hf auth login`; none in a page. */
  token?: string;
  /** URL of the hub. Default: `HF_ENDPOINT`, else `https://huggingface.co`. */
  endpoint?: string;
  /** Folder of the cache that Python's tools share. Default: `HF_HUB_CACHE`, `HF_HOME/hub`, `~/.cache/huggingface/hub`. */
  cacheDir?: string;
  /** Take what is in the cache and ask nobody. Default: `HF_HUB_OFFLINE`; false in a page. */
  offline?: boolean;
};

/** Options with every default filled in. */
export type HubSettings = FetchOptions & {
  token: string | null;
  endpoint: string;
  cacheDir: string;
  offline: boolean;
};
