import { ANYTHING, expectOptions } from '@seg/checkpoint/expect-options';
import { readBytes } from '@seg/image/node';
import { bytesHash } from '../checks/image-hash.ts';
import type { FileDataset } from '../files/file-dataset.ts';
import { type SplitUnit, splitEvenly } from './split-evenly.ts';

/** Shares of the images for validation and testing, each 0 to 1; the rest is for training. */
export type SplitShares = { val: number; test?: number };

/**
 * Shares the images of a data set out. Every class is in every part where there are images enough; files with the same bytes
 * stay together. The same seed gives the same parts.
 *
 * @returns Indices of each part that has a share
 * @throws RangeError where the shares leave nothing for training
 */
export async function splitDataset(
  dataset: FileDataset,
  shares: SplitShares,
  seed: number,
): Promise<{ split: string; indices: number[] }[]> {
  expectOptions('splitDataset', shares ?? null, { val: ANYTHING, test: ANYTHING });
  const { val, test = 0 } = shares;
  if (!(val >= 0 && test >= 0 && val + test < 1)) {
    throw new RangeError(`splitDataset: expected shares of 0 to 1 that leave a rest, got ${val} and ${test}`);
  }
  const parts = splitEvenly(await unitsOf(dataset), [1 - val - test, val, test], seed);
  return ['train', 'val', 'test']
    .map((split, k) => ({ split, indices: parts[k] }))
    .filter((_, k) => [1, val, test][k] > 0);
}

async function unitsOf(dataset: FileDataset): Promise<SplitUnit[]> {
  const units = new Map<string, { members: number[]; classes: Set<number> }>();
  for (let index = 0; index < dataset.length; index++) {
    const hash = bytesHash(await readBytes(dataset.items[index].file));
    const unit = units.get(hash) ?? { members: [], classes: new Set() };
    unit.members.push(index);
    for (const { category } of (await dataset.readMasks(index)).segments) unit.classes.add(category);
    units.set(hash, unit);
  }
  return [...units.values()].map(({ members, classes }) => ({ members, classes: [...classes] }));
}
