import path from 'node:path';
import { FormatError } from '@seg/checkpoint/safetensors';
import type { Category, ImageSize } from '@seg/image';

import type { FaultSink } from '../data-sets/data-fault.ts';
import { askForCategories } from '../formats/category-list.ts';
import { boxMaskOf } from '../masks/box-mask.ts';
import { MaskRoom } from '../masks/mask-room.ts';
import type { AnnotatedMasks, DatasetItem } from './file-dataset.ts';
import type { DatasetContent, FoundDataset, ReaderOptions } from './found-dataset.ts';
import { folderFolders, imageNames } from './list-folder.ts';
import { readObjectMask } from './read-object-mask.ts';
import { wholeOrSplits } from './split-folders.ts';

/**
 * Finds folders of one mask an object, black and white, or opaque on transparent: `images/NAME.jpg` with `masks/NAME/*.png`, or `NAME/images/*` with
 * `NAME/masks/*.png` (Data Science Bowl 2018). With several categories, the name of a mask begins with its category's.
 */
export function findObjectMasks(place: string, options: ReaderOptions): Promise<FoundDataset | null> {
  return wholeOrSplits(place, async (folder) => {
    const pairs = await pairsOf(folder, options);
    return pairs.length === 0 ? null : async () => readPairs(pairs, place, options);
  });
}

type MaskedImage = { name: string; image: string; masks: string };

async function pairsOf(folder: string, options: ReaderOptions): Promise<MaskedImage[]> {
  const images = options.images ?? path.join(folder, 'images');
  const names = (await imageNames(images)) ?? [];
  const withMasks = new Set(await folderFolders(path.join(folder, 'masks')));
  if (names.length > 0 && withMasks.size === 0) return [];
  const pairs = names.map((name) => {
    return { name, image: path.join(images, name), masks: path.join(folder, 'masks', path.parse(name).name) };
  });
  return pairs.length > 0 ? pairs : pairsWithin(folder);
}

/** A folder an image. The first tells whether the layout is this. */
async function pairsWithin(folder: string): Promise<MaskedImage[]> {
  const pairs: MaskedImage[] = [];
  for (const name of await folderFolders(folder)) {
    const [images, masks] = [path.join(folder, name, 'images'), path.join(folder, name, 'masks')];
    const [photographs, pngs] = [await imageNames(images), await imageNames(masks)];
    const isPair = photographs?.length === 1 && pngs !== null && path.parse(photographs[0]).name === name;
    if (!isPair && pairs.length === 0) return [];
    if (isPair) pairs.push({ name, image: path.join(images, photographs[0]), masks });
  }
  return pairs;
}

function readPairs(pairs: readonly MaskedImage[], root: string, options: ReaderOptions): DatasetContent {
  const why = 'one name, or several that the names of the masks begin with';
  const categories = askForCategories(options.categories, true, root, why);
  const items = pairs.map(({ name, image, masks }): DatasetItem => {
    const read = (size: ImageSize, report: FaultSink) => readMasks(masks, size, categories, report);
    return { name, file: image, size: null, count: null, sources: [masks], masks: read };
  });
  return { format: 'object-masks', task: 'instance', categories, items, files: [] };
}

async function readMasks(
  folder: string,
  upright: ImageSize,
  categories: readonly Category[],
  report: FaultSink,
): Promise<AnnotatedMasks> {
  const room = new MaskRoom(folder);
  const result: AnnotatedMasks = { size: upright, segments: [], unknown: null };
  for (const [i, name] of ((await imageNames(folder)) ?? []).entries()) {
    const file = path.join(folder, name);
    const { size, labels } = await readObjectMask(file);
    if (i === 0) result.size = size;
    if (size.join() !== result.size.join()) {
      throw new FormatError(
        `${file}: expected ${result.size.join('x')} pixels as its image has, got ${size.join('x')}`,
      );
    }
    const mask = boxMaskOf(labels, size);
    room.take(mask);
    const category = classOf(name, file, categories);
    if (mask.width > 0) result.segments.push({ mask, category, isCrowd: false });
    else report({ severity: 'warning', kind: 'empty-mask', message: `${file}: expected a mask with pixels, got none` });
  }
  return result;
}

/** The category that the name of a mask begins with; the longest where several do. */
function classOf(name: string, file: string, categories: readonly Category[]): number {
  if (categories.length === 1) return 0;
  const fitting = categories
    .map((category, index) => ({ name: category.name, index }))
    .filter((each) => name.startsWith(each.name))
    .sort((a, b) => b.name.length - a.name.length);
  if (fitting.length > 0) return fitting[0].index;
  throw new FormatError(`${file}: expected a name that begins with a category, got ${name}`);
}
