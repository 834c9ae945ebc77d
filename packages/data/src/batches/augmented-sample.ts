import type { Random } from '@seg/core';

import { type AugmentStep, augmentSample } from '../augment/augment-sample.ts';
import type { MaskDataset, MaskSample } from '../data-sets/mask-sample.ts';
import { positionRandom, type SampleOrder } from './batches.ts';

/** Part of a data set that augmentation draws from. */
export type SampledDataset = Pick<MaskDataset, 'length' | 'read' | 'categories'>;

/**
 * Makes the augmented sample of one position of a training. It depends on the data, the steps, the seed and the position
 * alone, whoever makes it and when.
 */
export async function augmentedSample(
  dataset: SampledDataset,
  order: SampleOrder,
  position: number,
  { seed, steps }: { seed: number; steps: readonly AugmentStep[] },
): Promise<MaskSample> {
  const another = (random: Random) => dataset.read(Math.floor(random() * dataset.length));
  const sample = await dataset.read(order.indexAt(position));
  return augmentSample(sample, steps, positionRandom(seed, position), { another, categories: dataset.categories });
}
