import { diskLocation, isOnDisk } from '../folder/disk-folder.ts';
import { diskHub } from '../hub/disk-hub.ts';
import { hubSettings } from '../hub/hub-environment.ts';
import type { ModelPlatform } from './types.ts';

/** Node and what follows it, Deno for one. */
export const platform: ModelPlatform = {
  isOnDisk,
  diskLocation,
  endpoint: (options) => hubSettings(options).endpoint,
  hubFolder: diskHub,
  zooFolder: async (file, options) => (await import('../zoo/converted-folder.ts')).zooFolder(file, options),
  moreSources: '',
  frameReader: async () => null,
  drawnPixels: () => null,
};
