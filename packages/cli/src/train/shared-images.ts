import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import type { FileDataset } from '@seg/data/node';

/** Counts the images of the validation that are trained on, too: the same file, or one with the same bytes. */
export async function sharedImages(training: FileDataset, validation: FileDataset): Promise<number> {
  const [trained, validated] = [await filesOf(training), await filesOf(validation)];
  const places = new Set(trained.map(({ place }) => place));
  const others = validated.filter(({ place }) => !places.has(place));
  const sizes = new Set(others.map(({ size }) => size));
  const alike = trained.filter(({ size }) => sizes.has(size)); // only files of one size need to be read
  const alikeSizes = new Set(alike.map(({ size }) => size));
  const hashes = new Set<string>();
  for (const { place } of alike) hashes.add(await hashOf(place));
  let shared = validated.length - others.length;
  for (const { place, size } of others) if (alikeSizes.has(size) && hashes.has(await hashOf(place))) shared++;
  return shared;
}

async function filesOf({ items }: FileDataset): Promise<{ place: string; size: number }[]> {
  const files: { place: string; size: number }[] = [];
  for (const { file } of items) files.push({ place: await realpath(file), size: (await stat(file)).size });
  return files;
}

async function hashOf(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}
