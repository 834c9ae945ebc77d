import { FormatError } from '@seg/checkpoint';

import type { ModelPlatform } from './types.ts';

/** A page, or a worker of one: it has no disk. */
export const platform: ModelPlatform = {
  diskLocation: (path) => {
    throw new FormatError(`${path}: expected a URL in a page, got a path`);
  },
};
