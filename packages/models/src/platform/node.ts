import { diskLocation } from '../folder/disk-folder.ts';
import type { ModelPlatform } from './types.ts';

/** Node and what follows it, Deno for one. */
export const platform: ModelPlatform = { diskLocation };
