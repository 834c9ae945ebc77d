import { expectOptions } from '@seg/checkpoint/expect-options';
import type { DatasetOptions } from './dataset-options.ts';
import { DATASET } from './dataset-options.ts';
import type { FileDataset } from './file-dataset.ts';
import { openDataset } from './open-dataset.ts';

/**
 * Opens every part of a data set under the categories of the one that `openDataset` takes: in their order, with their ids.
 * Parts with the same names in another order are matched by name.
 *
 * @returns The parts as they are found; one alone where `split` names it, or there are no parts
 * @throws FormatError as `openDataset` does, and where the names of categories differ
 */
export async function openSplits(place: string, options: DatasetOptions = {}): Promise<FileDataset[]> {
  expectOptions('openSplits', options, DATASET);
  const first = await openDataset(place, options);
  if (options.split !== undefined || first.splits.length === 0) return [first];
  const parts: FileDataset[] = [];
  for (const split of first.splits) {
    const isFirst = split === first.split;
    parts.push(isFirst ? first : await openDataset(place, { ...options, split, matching: first.categories }));
  }
  return parts;
}
