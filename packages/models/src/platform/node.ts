import { diskLocation } from '../folder/disk-folder.ts';
import type { DiskPlatform } from './types.ts';

/** Node and what follows it, Deno for one. */
export const platform: DiskPlatform = { diskLocation };
