import path from 'node:path';
import { FormatError } from '@seg/checkpoint/safetensors';

import { askForCategories, categoriesOf } from '../formats/category-list.ts';
import { drawInstances } from '../formats/coco-instances.ts';
import { requireInside, staysInside } from '../formats/safe-path.ts';
import { splitName } from '../formats/split-name.ts';
import { parseYoloConfig, type YoloConfig } from '../formats/yolo-config.ts';
import { parseYoloLabels } from '../formats/yolo-labels.ts';
import { MaskRoom } from '../masks/mask-room.ts';
import type { AnnotatedMasks, DatasetItem } from './file-dataset.ts';
import type { DatasetContent, FoundDataset, ReaderOptions } from './found-dataset.ts';
import { folderFolders, folderNames, imageNames, isFile, isFolder, listedNames, readText } from './list-folder.ts';
import { wholeOrSplits } from './split-folders.ts';

/** First images that are looked at for a text: one of a thousand with an object is what sets of defects have. */
const LOOKED_FOR = 1000;

/**
 * Finds YOLO's layout: a `data.yaml`, `images/…` and `labels/…` with a text a picture. Without a `data.yaml`, as Label Studio
 * exports it, the names are in `classes.txt` or come from the caller.
 */
export async function findYolo(place: string, options: ReaderOptions): Promise<FoundDataset | null> {
  const file = (await isFile(place)) ? place : await yamlOf(place);
  if (file === null) return findWithoutYaml(place, options);
  if (!/\.ya?ml$/i.test(file)) return null;
  const config = parseYoloConfig(await readText(file), file);
  return {
    splits: [...config.splits.keys()],
    open: async (split) => {
      const categories = categoriesOf(options.categories ?? config.names, true, file);
      const images = await imagesOf(file, config, split!);
      const items = images.map((image) => itemOf(path.dirname(file), image, categories.length));
      const lists = config.splits.get(split!)!.filter((place) => /\.txt$/i.test(place));
      const files = [file, ...lists.map((list) => path.join(path.dirname(file), config.root, list))];
      return { format: 'yolo', task: 'instance', categories, items, files };
    },
  };
}

/** `images/` and `labels/`, in the folder itself or in `train/` and `val/`, or with `train/` and `val/` within both. */
async function findWithoutYaml(place: string, options: ReaderOptions): Promise<FoundDataset | null> {
  const within = (await folderFolders(path.join(place, 'images'))).filter((name) => splitName(name) !== null);
  if (within.length === 0) {
    return wholeOrSplits(place, (folder) => lookWithoutYaml(path.join(folder, 'images'), place, options));
  }
  const splits = new Map<string, () => Promise<DatasetContent>>();
  for (const name of within) {
    const open = await lookWithoutYaml(path.join(place, 'images', name), place, options);
    if (open !== null) splits.set(splitName(name)!, open);
  }
  return splits.size === 0 ? null : { splits: [...splits.keys()], open: (split) => splits.get(split!)!() };
}

/** Images of which one of the first at least has a text. */
async function lookWithoutYaml(folder: string, root: string, { categories: given }: ReaderOptions) {
  const images = await imagesWithin(folder);
  const texts = await Promise.all((images ?? []).slice(0, LOOKED_FOR).map((image) => isFile(labelsOf(image))));
  if (images === null || !texts.includes(true)) return null;
  return async (): Promise<DatasetContent> => {
    const list = given ?? (await listedNames([path.dirname(folder), root], 'classes.txt'));
    const categories = askForCategories(list, true, root, 'names in the order of labels from 0 on, or a classes.txt');
    const items = images.map((image) => itemOf(root, image, categories.length));
    const files = [path.dirname(folder), root].map((each) => path.join(each, 'classes.txt'));
    return { format: 'yolo', task: 'instance', categories, items, files };
  };
}

async function yamlOf(folder: string): Promise<string | null> {
  const names = ((await folderNames(folder)) ?? []).filter((name) => /\.ya?ml$/i.test(name));
  const name = names.find((each) => /^data\.ya?ml$/i.test(each)) ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined) return null;
  const text = await readText(path.join(folder, name));
  return /^(names|nc)\s*:/m.test(text) && /^(train|val)\s*:/m.test(text) ? path.join(folder, name) : null;
}

/** Paths of a split's images: of a folder, or of a text that lists them. */
async function imagesOf(file: string, { root, splits }: YoloConfig, split: string): Promise<string[]> {
  const images: string[] = [];
  for (const given of splits.get(split)!) {
    const place = await placeOf(file, root, given, split);
    if (/\.txt$/i.test(place)) images.push(...(await listedImages(place, rootsOf(file, root))));
    else images.push(...(await folderImages(place, split, file)));
  }
  return images;
}

/**
 * A path of the file, which must stay in its folder. Roboflow writes `../train/images` and means `train/images`; ultralytics'
 * `path: NAME` is a folder of its settings, which the file lies in.
 */
async function placeOf(file: string, root: string, given: string, split: string): Promise<string> {
  const base = path.dirname(path.resolve(file));
  const isAbsolute = path.isAbsolute(root) || path.isAbsolute(given);
  const place = path.relative(base, path.resolve(base, root, given)).replaceAll('\\', '/') || '.';
  const isInside = place === '.' || staysInside(place);
  const trimmed = given.replace(/^(\.\.\/)+/, '');
  const isThere = isInside && (await isPlace(path.join(base, place)));
  if (!isThere && !isAbsolute && staysInside(trimmed) && (await isPlace(path.join(base, trimmed)))) {
    return path.join(path.dirname(file), trimmed);
  }
  if (isInside) return path.join(path.dirname(file), place);
  const got = JSON.stringify(path.join(root, given));
  throw new FormatError(`${file}: expected ${split} within its folder, got ${got}: put the file beside the data`);
}

const isPlace = async (place: string) => (await isFolder(place)) || (await isFile(place));

async function folderImages(folder: string, split: string, file: string): Promise<string[]> {
  const images = await imagesWithin(folder);
  if (images === null) throw new FormatError(`${file}: expected ${split} to be a folder, got no ${folder}`);
  return images;
}

/** Images of a folder and of those within, as ultralytics finds them; null where there is no such folder. */
async function imagesWithin(folder: string, depth = 0): Promise<string[] | null> {
  const names = await imageNames(folder);
  if (names === null) return null;
  const images = names.map((name) => path.join(folder, name));
  if (depth === MOST_DEPTH) return images;
  for (const name of await folderFolders(folder)) {
    images.push(...((await imagesWithin(path.join(folder, name), depth + 1)) ?? []));
  }
  return images;
}

/** Folders within each other that are looked into: days, cameras and scenes are three; links may lead in a circle. */
const MOST_DEPTH = 8;

/** The folder of `path`, where it is within that of the file, and that of the file. */
function rootsOf(file: string, root: string): string[] {
  const base = path.dirname(file);
  const inside = path.relative(path.resolve(base), path.resolve(base, root));
  return staysInside(inside) ? [path.join(base, inside), base] : [base];
}

/** Images that a text lists, from its own folder on, or from one of the roots; CVAT writes `data/` before them. */
async function listedImages(list: string, roots: readonly string[]): Promise<string[]> {
  const lines = (await readText(list)).split(/\r?\n/).map((line) => line.trim());
  const names = lines.filter((line) => line !== '').map((line, i) => requireInside(line, `line ${i + 1}`, list));
  const readings = [path.dirname(list), ...roots].flatMap((folder) =>
    ['', 'data/'].map((prefix) => (name: string) => path.join(folder, withoutPrefix(name, prefix))),
  );
  for (const fileOf of readings) {
    const found = await Promise.all(names.slice(0, SAMPLES).map((name) => isFile(fileOf(name))));
    if (found.includes(true)) return names.map(fileOf);
  }
  return names.map(readings[0]);
}

/** Listed images that are looked for in each place: some may be missing. */
const SAMPLES = 16;

const withoutPrefix = (name: string, prefix: string) => (name.startsWith(prefix) ? name.slice(prefix.length) : name);

function itemOf(root: string, image: string, classes: number): DatasetItem {
  return {
    name: path.relative(root, image).replaceAll('\\', '/'),
    file: image,
    size: null,
    count: null,
    sources: [labelsOf(image)],
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
