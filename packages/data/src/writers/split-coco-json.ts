import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder, writeFileAtomic } from '@seg/checkpoint/node';

import { type JsonObject, listOf, objectOf } from '../data-sets/json-fields.ts';
import type { FileDataset } from '../files/file-dataset.ts';
import { readJsonFile } from '../files/list-folder.ts';

/** One part of a COCO file, and the images in it. */
export type CocoPart = { split: string; indices: readonly number[] };

/**
 * Writes parts of a COCO instance file as files of their own, `SPLIT.json`. Entries stay as they are, with all their fields.
 *
 * @param file Source, as JSON
 * @param dataset The same, opened
 * @param folder Place of the parts. In another folder than the source's, images are copied to its `images/`
 */
export async function splitCocoJson(
  file: string,
  dataset: FileDataset,
  parts: readonly CocoPart[],
  folder: string,
): Promise<void> {
  const json = objectOf(await readJsonFile(file), file);
  const images = listOf(json, 'images', file);
  const annotations = listOf(json, 'annotations', file);
  const isElsewhere = path.resolve(folder) !== path.resolve(path.dirname(file));
  for (const { split, indices } of parts) {
    const items = indices.map((index) => dataset.items[index]);
    if (isElsewhere) for (const { name, file: from } of items) await copyTo(from, path.join(folder, 'images', name));
    const names = new Set<unknown>(items.map(({ name }) => name));
    const kept = images.filter((image) => names.has(plainName(image)));
    const ids = new Set(kept.map(({ id }) => String(id)));
    const ofThem = annotations.filter((annotation) => ids.has(String(annotation.image_id)));
    const part = { ...json, images: kept, annotations: ofThem };
    await writeFileAtomic(path.join(folder, `${split}.json`), `${JSON.stringify(part)}\n`);
  }
}

/** Name of an image as `openDataset` gives it. */
function plainName({ file_name }: JsonObject): unknown {
  return typeof file_name === 'string' ? file_name.replaceAll('\\', '/') : file_name;
}

async function copyTo(from: string, to: string): Promise<void> {
  if (path.resolve(from) === path.resolve(to)) return; // it is there
  await makeFolder(path.dirname(to));
  await copyFile(from, to);
}
