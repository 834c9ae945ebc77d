import { stat } from 'node:fs/promises';
import { FormatError } from '@seg/checkpoint';
import type { FileDataset } from '@seg/data/node';

/** Images whose masks are read beforehand: what is wrong with a whole set shows in the first, and 32 of a photograph take a second. */
const LOOKED_AT = 32;

/** Files that are looked for at once. */
const AT_ONCE = 256;

/**
 * Looks at data before hours are spent on it: are the images there, and can masks be read, in a sample of images across the
 * set.
 *
 * @returns Whether there is an object in the images whose masks were read that can be learned
 * @throws FormatError naming the first image that is missing and their number, or what is wrong with the masks of one
 */
export async function lookAtData(dataset: FileDataset): Promise<boolean> {
  await requireImages(dataset);
  const step = Math.max(1, dataset.length / LOOKED_AT);
  let hasObjects = false;
  for (let i = 0; i < dataset.length; i = Math.ceil(i + step)) {
    const { segments } = await dataset.readMasks(i);
    hasObjects ||= segments.some(({ isCrowd }) => !isCrowd);
  }
  return hasObjects;
}

async function requireImages({ items, path }: FileDataset): Promise<void> {
  const missing: string[] = [];
  for (let i = 0; i < items.length; i += AT_ONCE) {
    const files = items.slice(i, i + AT_ONCE).map(({ file }) => file);
    const areThere = await Promise.all(
      files.map((file) =>
        stat(file).then(
          (found) => found.isFile(),
          () => false,
        ),
      ),
    );
    missing.push(...files.filter((_, k) => !areThere[k]));
  }
  if (missing.length === 0) return;
  const advice = '--skip-faults leaves them out';
  throw new FormatError(
    `train: expected all ${items.length} images of ${path}, got ${missing.length} missing, as ${missing[0]} (${advice})`,
  );
}
