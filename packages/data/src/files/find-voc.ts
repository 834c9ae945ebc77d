import path from 'node:path';
import { FormatError } from '@seg/checkpoint/safetensors';
import { type Category, readImageHeader } from '@seg/image';
import { readBytes } from '@seg/image/node';

import type { MaskSegment } from '../data-sets/mask-sample.ts';
import { askForCategories } from '../formats/category-list.ts';
import { requireInside } from '../formats/safe-path.ts';
import { splitName } from '../formats/split-name.ts';
import { parseLabelmap } from '../formats/voc-labelmap.ts';
import { labelMasks } from '../masks/label-masks.ts';
import { MaskRoom } from '../masks/mask-room.ts';
import { semanticMasks, unknownMask } from '../masks/semantic-masks.ts';
import type { AnnotatedMasks, DatasetItem } from './file-dataset.ts';
import type { FoundDataset, ReaderOptions } from './found-dataset.ts';
import { folderNames, imageNames, isFile, isFolder, readText } from './list-folder.ts';
import { colorNumber, type PaintedLabels, readColoredLabels, readColors, readLabels } from './read-labels.ts';

/** Label of the border between objects, and its color. */
const BORDER = 255;
const BORDER_COLOR = colorNumber([224, 224, 192]);

/** Folders of Pascal VOC. The objects may be missing: what is left is semantic. */
type VocFolders = { root: string; classes: string; objects: string | null };

/** Classes as their labels count them; `first` is the label of the first category: 1 where 0 is background. */
type VocClasses = { categories: Category[]; first: number; colored: readonly Category[] | null };

/**
 * Finds Pascal VOC's layout: `JPEGImages/`, `SegmentationClass/`, with or without `SegmentationObject/` and
 * `ImageSets/Segmentation/*.txt`. Class names come from a `labelmap.txt`, as CVAT writes it, or from the caller.
 */
export async function findVoc(place: string, options: ReaderOptions): Promise<FoundDataset | null> {
  const folders = await vocFolders(place);
  if (folders === null) return null;
  const lists = ((await folderNames(path.join(place, 'ImageSets', 'Segmentation'))) ?? [])
    .map((name) => path.parse(name))
    .filter(({ name, ext }) => ext === '.txt' && splitName(name) !== null)
    .map(({ name }) => name);
  const bySplit = new Map(lists.map((name) => [splitName(name) ?? name, name]));
  return {
    splits: [...bySplit.keys()],
    open: async (split) => {
      const classes = await vocClasses(place, options);
      const images = await imagesByName(options.images ?? path.join(place, 'JPEGImages'));
      const names = split === null ? await paintedNames(folders) : await listedIn(place, bySplit.get(split)!);
      const items = names.map((name) => itemOf(name, images, folders, classes));
      const task = folders.objects === null ? 'semantic' : 'instance';
      const files = [labelmapOf(place), ...(split === null ? [] : [listOf(place, bySplit.get(split)!)])];
      const namedBy = classes.colored === null ? null : labelmapOf(place);
      return { format: 'voc', task, categories: classes.categories, items, files, namedBy };
    },
  };
}

async function vocFolders(root: string): Promise<VocFolders | null> {
  for (const suffix of ['', 'PNG']) {
    const [classes, objects] = ['Class', 'Object'].map((kind) => path.join(root, `Segmentation${kind}${suffix}`));
    if (await isFolder(classes)) return { root, classes, objects: (await isFolder(objects)) ? objects : null };
  }
  return null;
}

const labelmapOf = (root: string) => path.join(root, 'labelmap.txt');
const listOf = (root: string, list: string) => path.join(root, 'ImageSets', 'Segmentation', `${list}.txt`);

async function vocClasses(root: string, { categories: given }: ReaderOptions): Promise<VocClasses> {
  const file = labelmapOf(root);
  const named = (await isFile(file)) ? parseLabelmap(await readText(file), file) : null;
  const list = named ?? askForCategories(given, true, root, 'names in the order of labels from 1 on');
  const hasBackground = list[0]?.name === 'background';
  const categories = hasBackground ? list.slice(1) : list;
  return { categories: categories.map((each) => ({ ...each })), first: 1, colored: named && list };
}

async function imagesByName(folder: string): Promise<Map<string, string>> {
  const names = await imageNames(folder);
  if (names === null) throw new FormatError(`openDataset: expected a folder ${folder} of images, got none`);
  return new Map(names.map((name) => [path.parse(name).name, path.join(folder, name)]));
}

async function paintedNames({ classes }: VocFolders): Promise<string[]> {
  return ((await imageNames(classes)) ?? []).map((name) => path.parse(name).name);
}

async function listedIn(root: string, list: string): Promise<string[]> {
  const file = listOf(root, list);
  const lines = (await readText(file)).split(/\r?\n/).map((line) => line.trim());
  return lines.filter((line) => line !== '').map((line, i) => requireInside(line, `line ${i + 1}`, file));
}

function itemOf(
  name: string,
  images: ReadonlyMap<string, string>,
  { root, classes, objects }: VocFolders,
  meaning: VocClasses,
): DatasetItem {
  const [ofClasses, ofObjects] = [classes, objects].map((folder) => folder && path.join(folder, `${name}.png`));
  return {
    name,
    file: images.get(name) ?? path.join(root, 'JPEGImages', `${name}.jpg`),
    size: null,
    count: null,
    sources: [ofClasses!, ...(ofObjects === null ? [] : [ofObjects])],
    masks: async () => {
      const map = await readClasses(ofClasses!, meaning);
      if (ofObjects === null) return semantic(map, meaning, ofClasses!);
      return instances(map, await readObjects(ofObjects), meaning, ofObjects);
    },
  };
}

/** Class labels, whether they are painted as numbers or as colors. */
async function readClasses(file: string, { colored }: VocClasses): Promise<PaintedLabels> {
  if (!(await isColored(file))) return readLabels(file);
  if (colored !== null) return readColoredLabels(file, colored, new Map([[BORDER_COLOR, BORDER]]));
  throw new FormatError(`${file}: expected label numbers, or a labelmap.txt with the colors, got colors alone`);
}

async function isColored(file: string): Promise<boolean> {
  const bytes = await readBytes(file);
  await readImageHeader(bytes, file);
  return bytes[25] === 2 || bytes[25] === 6; // the color type of a PNG's header (PNG, §11.2.1)
}

async function readObjects(file: string): Promise<PaintedLabels> {
  return (await isColored(file)) ? readColors(file) : readLabels(file);
}

const isBorder = (label: number) => label === BORDER || label === BORDER_COLOR;

function semantic({ labels, size }: PaintedLabels, { categories, first }: VocClasses, where: string): AnnotatedMasks {
  const classOf = (label: number) => (isBorder(label) ? undefined : label < first ? null : label - first);
  return semanticMasks(labels, size, classOf, categories.length, where);
}

/** Objects by their own map, each of the class that most of its pixels have. */
function instances(
  map: PaintedLabels,
  objects: PaintedLabels,
  { categories, first }: VocClasses,
  where: string,
): AnnotatedMasks {
  const { size, labels } = objects;
  if (map.size.join() !== size.join()) {
    throw new FormatError(`${where}: expected ${map.size.join('x')} pixels as its classes have, got ${size.join('x')}`);
  }
  const masks = labelMasks(labels, size, new MaskRoom(where), (label) => label !== 0 && !isBorder(label));
  const votes = countPairs(labels, map.labels);
  const segments = [...masks].map(([object, mask]): MaskSegment => {
    const [label] = [...votes.get(object)!].reduce((best, vote) => (vote[1] > best[1] ? vote : best));
    const category = label - first;
    if (category >= 0 && category < categories.length) return { mask, category, isCrowd: false };
    throw new FormatError(`${where}: expected objects of ${categories.length} classes, got label ${label}`);
  });
  return { size, segments, unknown: unknownMask(map.labels, size, isBorder) };
}

/** Counts class labels within each object. */
function countPairs(objects: ArrayLike<number>, classes: ArrayLike<number>): Map<number, Map<number, number>> {
  const pairs = new Map<number, Map<number, number>>();
  for (let i = 0; i < objects.length; i++) {
    const votes = pairs.get(objects[i]) ?? new Map<number, number>();
    if (votes.size === 0) pairs.set(objects[i], votes);
    votes.set(classes[i], (votes.get(classes[i]) ?? 0) + 1);
  }
  return pairs;
}
