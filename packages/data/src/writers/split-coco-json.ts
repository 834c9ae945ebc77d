import path from 'node:path';
import { writeFileAtomic } from '@seg/checkpoint/node';

import { type JsonObject, listOf, objectOf } from '../data-sets/json-fields.ts';
import type { DatasetItem, FileDataset } from '../files/file-dataset.ts';
import { readJsonFile } from '../files/list-folder.ts';
import { placeImage } from './place-image.ts';
import { isSamePlace, type PlannedFile, spareSources } from './spare-sources.ts';

/** One part of a COCO file, and the images in it. */
export type CocoPart = { split: string; indices: readonly number[] };

/**
 * Writes parts of a COCO instance file as files of their own, `SPLIT.json`. Entries stay as they are, with all their fields.
 *
 * @param file Source, as JSON
 * @param dataset The same, opened
 * @param folder Place of the parts. In another folder than the source's, images are copied to its `images/`
 * @throws FormatError before anything is written, where a file would take the place of one that is read
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
  const isElsewhere = !(await isSamePlace(folder, path.dirname(file)));
  const planned = parts.flatMap(({ split, indices }): PlannedFile[] => [
    { to: path.join(folder, `${split}.json`) },
    ...(isElsewhere ? indices.map((index) => copyOf(dataset.items[index], folder)) : []),
  ]);
  await spareSources([dataset], planned);
  for (const { split, indices } of parts) {
    const items = indices.map((index) => dataset.items[index]);
    for (const { from, to } of isElsewhere ? items.map((item) => copyOf(item, folder)) : []) {
      await placeImage(from, to, 'copy');
    }
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

const copyOf = ({ name, file: from }: DatasetItem, folder: string) => ({ from, to: path.join(folder, 'images', name) });
