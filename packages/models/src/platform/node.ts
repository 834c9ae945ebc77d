import { diskLocation } from '../folder/disk-folder.ts';
import type { Platform } from './types.ts';

/** Node and what follows it, Deno for one. */
export const platform: Platform = { diskLocation };
