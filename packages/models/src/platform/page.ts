import { FormatError } from '@seg/checkpoint/safetensors';

import { checkEndpoint, ENDPOINT } from '../hub/hub-id.ts';
import type { HubOptions, HubSettings } from '../hub/hub-options.ts';
import { pageHub } from '../hub/page-hub.ts';
import { drawnPixels } from '../stream/drawn-pixels.ts';
import type { ModelPlatform } from './types.ts';

/** A page, or a worker of one: it has no disk. */
export const platform: ModelPlatform = {
  isOnDisk: () => false,
  diskLocation: (path) => {
    throw new FormatError(`${path}: expected a URL or org/name in a page, got a path`);
  },
  endpoint: (options) => settings(options).endpoint,
  hubFolder: (id, options) => pageHub(id, settings(options)),
  zooFolder: ({ preset, url }) => {
    throw new FormatError(
      `${url}: expected a folder in a page, got a file to convert (seg convert --preset ${preset})`,
    );
  },
  moreSources: ", a camera's MediaStream or track, or a video element",
  frameReader: async (source) => (await import('../stream/page-frames.ts')).pageFrameReader(source),
  drawnPixels,
};

function settings({ revision: _, ...options }: HubOptions): HubSettings {
  const endpoint = checkEndpoint(options.endpoint ?? ENDPOINT);
  return { cacheDir: '', offline: false, token: null, ...options, endpoint };
}
