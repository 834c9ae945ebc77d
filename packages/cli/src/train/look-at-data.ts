import { FormatError } from '@seg/checkpoint';
import { type FileDataset, missingFile } from '@seg/data/node';

/** Images whose masks are read beforehand: what is wrong with a whole set shows in the first, and 32 of a photograph take a second. */
const LOOKED_AT = 32;

/** Files that are looked for at once. */
const AT_ONCE = 256;

/**
 * Looks at data before hours are spent on it: are all files there, and can masks be read, in a sample of images across the
 * set. With `skipFaults` masks that cannot be read are passed over, as training does.
 *
 * @returns Whether there is an object in the images whose masks were read that can be learned
 * @throws FormatError naming the first file that is missing and their number, or what is wrong with the masks of one
 */
export async function lookAtData(dataset: FileDataset): Promise<boolean> {
  await requireFiles(dataset);
  const step = Math.max(1, dataset.length / LOOKED_AT);
  let hasObjects = false;
  for (let i = 0; i < dataset.length; i = Math.ceil(i + step)) {
    const masks = await dataset.readMasks(i).catch((error: unknown) => {
      if (dataset.options.skipFaults && error instanceof FormatError) return null;
      throw error;
    });
    hasObjects ||= masks?.segments.some(({ isCrowd }) => !isCrowd) ?? false;
  }
  return hasObjects;
}

async function requireFiles({ items, format, path }: FileDataset): Promise<void> {
  const missing: string[] = [];
  for (let i = 0; i < items.length; i += AT_ONCE) {
    const found = await Promise.all(items.slice(i, i + AT_ONCE).map((item) => missingFile(item, format)));
    missing.push(...found.filter((file) => file !== null));
  }
  if (missing.length === 0) return;
  const advice = '--skip-faults leaves them out';
  throw new FormatError(
    `train: expected all ${items.length} images of ${path} with their masks, got ${missing.length} missing, as ${missing[0]} (${advice})`,
  );
}
