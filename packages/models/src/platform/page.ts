import { FormatError } from '@seg/checkpoint';

import type { DiskPlatform } from './types.ts';

/** A page, or a worker of one: it has no disk. */
export const platform: DiskPlatform = {
  diskLocation: (path) => {
    throw new FormatError(`${path}: expected a URL in a page, got a path`);
  },
};
