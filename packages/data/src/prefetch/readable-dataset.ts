import { FormatError } from '@seg/checkpoint/safetensors';

import type { SampledDataset } from '../batches/augmented-sample.ts';

/**
 * Shows a data set without the images that cannot be read: in the place of each comes the next one that can. What comes depends
 * on the data alone, so that a training that goes on sees the same.
 *
 * @param onSkip Takes what is wrong with an image, once
 */
export function readableDataset<T extends SampledDataset>(dataset: T, onSkip: (message: string) => void): T {
  const unreadable = new Set<number>();
  const read: T['read'] = async (index) => {
    for (let k = 0; k < dataset.length; k++) {
      const at = (index + k) % dataset.length;
      if (unreadable.has(at)) continue;
      try {
        return await dataset.read(at);
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
        if (!unreadable.has(at)) onSkip(error.message);
        unreadable.add(at);
      }
    }
    throw new FormatError(`prefetch: expected one of ${dataset.length} images that can be read, got none`);
  };
  return new Proxy(dataset, { get: (target, key) => (key === 'read' ? read : Reflect.get(target, key, target)) });
}
