import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { FormatError } from '@seg/checkpoint/safetensors';

import type { FileDataset } from '../files/file-dataset.ts';

/** All files that data sets are read from, the images first; some formats name files that are not there. */
export function sourceFiles(datasets: readonly FileDataset[]): string[] {
  const ofItems = datasets.flatMap(({ items }) => items.flatMap(({ file, sources }) => [file, ...sources]));
  return [...new Set([...ofItems, ...datasets.flatMap(({ files, path: place }) => [...files, place])])];
}

/** A file that is going to be written; `from` is the image that it is a copy of. */
export type PlannedFile = { to: string; from?: string };

/**
 * Makes sure, before the first is written, that files take the place of none that data sets are read from, by whatever links
 * and spelling. A copy of an image may lie where the image is.
 *
 * @throws FormatError naming the file
 */
export async function spareSources(datasets: readonly FileDataset[], planned: readonly PlannedFile[]): Promise<void> {
  const folders = new Map<string, Promise<string>>();
  const sources = new Set<string>();
  for (const file of sourceFiles(datasets)) sources.add(await realPlace(file, folders));
  for (const { to, from } of planned) {
    const place = await realPlace(to, folders);
    const isSource = sources.has(place) || sources.has(path.dirname(place)); // a source may be a folder
    if (!isSource || (from !== undefined && place === (await realPlace(from, folders)))) continue;
    throw new FormatError(`${to}: expected a place apart from what the data set is read from, got one of its files`);
  }
}

/** Tells whether two names lead to one file. */
export async function isSamePlace(a: string, b: string): Promise<boolean> {
  return (await realPlace(a, new Map())) === (await realPlace(b, new Map()));
}

/** A file by its one name; one that is not there, by that of its folder. */
async function realPlace(file: string, folders: Map<string, Promise<string>>): Promise<string> {
  const whole = path.resolve(file);
  const real = await realpath(whole).catch(() => null);
  if (real !== null) return real;
  const folder = path.dirname(whole);
  const known = folders.get(folder) ?? realpath(folder).catch(() => folder);
  folders.set(folder, known);
  return path.join(await known, path.basename(whole));
}
