import path from 'node:path';
import { FormatError } from '@seg/checkpoint/safetensors';
import type { Category } from '@seg/image';

import { askForCategories } from '../formats/category-list.ts';
import { splitName } from '../formats/split-name.ts';
import { semanticMasks } from '../masks/semantic-masks.ts';
import type { DatasetItem } from './file-dataset.ts';
import type { DatasetContent, FoundDataset, ReaderOptions } from './found-dataset.ts';
import { folderFolders, imageNames, isFile, listedNames } from './list-folder.ts';
import { readLabels } from './read-labels.ts';
import { wholeOrSplits } from './split-folders.ts';

/** Names that the folder of the maps has. */
const MAP_FOLDERS = ['labels', 'masks', 'annotations', 'segmentations'];

/**
 * Finds folders of label maps: `images/` beside `labels/` with an index PNG a picture, of its name or with `_mask` and the like
 * behind it, in the folder itself, in
 * `train/` and `val/`, or with `train/` and `val/` within both. Category k is painted as k; its names are in `classes.txt`
 * or come from the caller.
 */
export async function findLabelMaps(place: string, options: ReaderOptions): Promise<FoundDataset | null> {
  const found = await wholeOrSplits(place, (folder) => lookInto(folder, place, options));
  return found ?? splitsWithin(place, options);
}

async function lookInto(folder: string, root: string, options: ReaderOptions) {
  const images = options.images ?? path.join(folder, 'images');
  for (const name of MAP_FOLDERS) {
    const maps = path.join(folder, name);
    if (await hasMaps(images, maps)) return () => readFolder(images, maps, root, options);
  }
  return null;
}

/** `images/train` and `labels/train`. */
async function splitsWithin(place: string, options: ReaderOptions): Promise<FoundDataset | null> {
  const images = path.join(place, 'images');
  const splits = new Map<string, () => Promise<DatasetContent>>();
  for (const folder of await folderFolders(images)) {
    for (const name of MAP_FOLDERS) {
      const maps = path.join(place, name, folder);
      if (!(await hasMaps(path.join(images, folder), maps))) continue;
      splits.set(splitName(folder) ?? folder, () => readFolder(path.join(images, folder), maps, place, options));
    }
  }
  return splits.size === 0 ? null : { splits: [...splits.keys()], open: (split) => splits.get(split!)!() };
}

async function hasMaps(images: string, maps: string): Promise<boolean> {
  const [photographs, names] = [await imageNames(images), await imageNames(maps)];
  return (photographs?.length ?? 0) > 0 && (names?.some((name) => /\.png$/i.test(name)) ?? false);
}

async function readFolder(images: string, maps: string, root: string, options: ReaderOptions): Promise<DatasetContent> {
  const list = options.categories ?? (await listedNames([path.dirname(maps), root], 'classes.txt'));
  const categories = askForCategories(list, false, root, 'names in the order of labels from 0 on, or a classes.txt');
  const names = (await imageNames(images))!;
  const ending = endingOf(names, (await imageNames(maps))!);
  const items = names.map((name) => {
    const map = path.join(maps, `${path.parse(name).name}${ending}`);
    return labelMapItem(path.join(images, name), map, categories, options.ignored);
  });
  const files = [path.dirname(maps), root].map((folder) => path.join(folder, 'classes.txt'));
  return { format: 'label-maps', task: 'semantic', categories, items, files };
}

/** Endings of the maps' names behind those of the images; the first is the plain one. */
const ENDINGS = ['.png', '_mask.png', '_label.png', '_labels.png', '_gt.png', '_seg.png', '_L.png'];

/** The ending that most of the images have a map with. */
function endingOf(images: readonly string[], maps: readonly string[]): string {
  const known = new Set(maps);
  const counts = ENDINGS.map((ending) => images.filter((name) => known.has(path.parse(name).name + ending)).length);
  return ENDINGS[counts.indexOf(Math.max(...counts))];
}

/** One image and the path of its map of labels. */
export function labelMapItem(
  file: string,
  map: string,
  categories: readonly Category[],
  ignored: readonly number[] | undefined,
): DatasetItem {
  return {
    name: path.basename(file),
    file,
    size: null,
    count: null,
    sources: [map],
    masks: async () => {
      if (!(await isFile(map))) throw new FormatError(`${file}: expected its labels ${map}, got no such file`);
      const { labels, size } = await readLabels(map);
      return semanticMasks(labels, size, classesOf(labels, categories, ignored, map), categories.length, map);
    },
  };
}

/** Label of white, and the usual one of what is left out. */
const WHITE = 255;

/** Numbers a map's labels by classes: null for none, undefined where nothing is known. */
function classesOf(
  labels: ArrayLike<number>,
  categories: readonly Category[],
  ignored: readonly number[] | undefined,
  map: string,
): (label: number) => number | null | undefined {
  if (categories.length > 2 || !isBlackAndWhite(labels)) {
    const unknown = ignored ?? [WHITE];
    return (label) => (unknown.includes(label) ? undefined : label);
  }
  if (ignored === undefined) {
    const advice = '255 where white means that nothing is known, none where it is the class';
    throw new FormatError(`openDataset: ${map}: expected option ignored (${advice}), got none for black and white`);
  }
  const black = ignored.includes(0) ? undefined : categories.length === 2 || ignored.includes(WHITE) ? 0 : null;
  return (label) => (label === 0 ? black : ignored.includes(WHITE) ? undefined : categories.length - 1);
}

function isBlackAndWhite(labels: ArrayLike<number>): boolean {
  let hasWhite = false;
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === WHITE) hasWhite = true;
    else if (labels[i] !== 0) return false;
  }
  return hasWhite;
}
