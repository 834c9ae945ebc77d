import path from 'node:path';
import { FormatError } from '@seg/checkpoint';

import { categoriesOf } from '../formats/category-list.ts';
import { drawInstances } from '../formats/coco-instances.ts';
import { requireInside, staysInside } from '../formats/safe-path.ts';
import { parseYoloConfig, type YoloConfig } from '../formats/yolo-config.ts';
import { parseYoloLabels } from '../formats/yolo-labels.ts';
import { MaskRoom } from '../masks/mask-room.ts';
import type { AnnotatedMasks, DatasetItem } from './file-dataset.ts';
import type { FoundDataset, ReaderOptions } from './found-dataset.ts';
import { folderNames, imageNames, isFile, isFolder, readText } from './list-folder.ts';

/** Finds YOLO's layout: a `data.yaml`, `images/…` and `labels/…` with a text a picture. */
export async function findYolo(place: string, options: ReaderOptions): Promise<FoundDataset | null> {
  const file = (await isFile(place)) ? place : await yamlOf(place);
  if (file === null || !/\.ya?ml$/i.test(file)) return null;
  const config = parseYoloConfig(await readText(file), file);
  return {
    splits: [...config.splits.keys()],
    open: async (split) => {
      const categories = categoriesOf(options.categories ?? config.names, true, file);
      const images = await imagesOf(file, config, split!);
      const items = images.map((image) => itemOf(path.dirname(file), image, categories.length));
      return { format: 'yolo', task: 'instance', categories, items };
    },
  };
}

async function yamlOf(folder: string): Promise<string | null> {
  const names = ((await folderNames(folder)) ?? []).filter((name) => /\.ya?ml$/i.test(name));
  const name = names.find((each) => /^data\.ya?ml$/i.test(each)) ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined) return null;
  const text = await readText(path.join(folder, name));
  return /^names\s*:/m.test(text) && /^(train|val)\s*:/m.test(text) ? path.join(folder, name) : null;
}

/** Paths of a split's images: of a folder, or of a text that lists them. */
async function imagesOf(file: string, { root, splits }: YoloConfig, split: string): Promise<string[]> {
  const images: string[] = [];
  for (const given of splits.get(split)!) {
    const place = await placeOf(file, root, given, split);
    if (/\.txt$/i.test(place)) images.push(...(await listedImages(place)));
    else images.push(...(await folderImages(place, split, file)));
  }
  return images;
}

/** A path of the file, which must stay in its folder. Roboflow writes `../train/images` and means `train/images`. */
async function placeOf(file: string, root: string, given: string, split: string): Promise<string> {
  const base = path.dirname(path.resolve(file));
  const isAbsolute = path.isAbsolute(root) || path.isAbsolute(given);
  const place = path.relative(base, path.resolve(base, root, given)).replaceAll('\\', '/') || '.';
  if (place === '.' || staysInside(place)) return path.join(path.dirname(file), place);
  const trimmed = given.replace(/^(\.\.\/)+/, '');
  if (!isAbsolute && staysInside(trimmed) && (await isFolder(path.join(base, trimmed)))) {
    return path.join(path.dirname(file), trimmed);
  }
  const got = JSON.stringify(path.join(root, given));
  throw new FormatError(`${file}: expected ${split} within its folder, got ${got}: put the file beside the data`);
}

async function folderImages(folder: string, split: string, file: string): Promise<string[]> {
  const names = await imageNames(folder);
  if (names === null) throw new FormatError(`${file}: expected ${split} to be a folder, got no ${folder}`);
  return names.map((name) => path.join(folder, name));
}

async function listedImages(list: string): Promise<string[]> {
  const lines = (await readText(list)).split(/\r?\n/).map((line) => line.trim());
  return lines
    .filter((line) => line !== '')
    .map((line, i) => path.join(path.dirname(list), requireInside(line, `line ${i + 1}`, list)));
}

function itemOf(root: string, image: string, classes: number): DatasetItem {
  return {
    name: path.relative(root, image).replaceAll('\\', '/'),
    file: image,
    size: null,
    count: null,
    masks: async (size, report): Promise<AnnotatedMasks> => {
      const labels = labelsOf(image);
      const text = (await isFile(labels)) ? await readText(labels) : ''; // an image without a text has no objects
      const instances = parseYoloLabels(text, size, classes, labels, report);
      return { size, segments: drawInstances(instances, size, new MaskRoom(labels), report), unknown: null };
    },
  };
}

/** `labels/…/a.txt` of `images/…/a.jpg`: the last folder named images counts. */
function labelsOf(image: string): string {
  const parts = path.join(path.dirname(image), `${path.parse(image).name}.txt`).split(path.sep);
  const at = parts.lastIndexOf('images');
  if (at >= 0) parts[at] = 'labels';
  return parts.join(path.sep);
}
