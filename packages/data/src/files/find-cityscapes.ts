import path from 'node:path';
import type { Category } from '@seg/image';

import { categoriesOf } from '../formats/category-list.ts';
import { CITYSCAPES_CATEGORIES } from '../formats/cityscapes-categories.ts';
import { splitName } from '../formats/split-name.ts';
import { labelMasks } from '../masks/label-masks.ts';
import { MaskRoom } from '../masks/mask-room.ts';
import { unknownMask } from '../masks/semantic-masks.ts';
import type { AnnotatedMasks, DatasetItem } from './file-dataset.ts';
import type { FoundDataset, ReaderOptions } from './found-dataset.ts';
import { folderFolders, imageNames, isFolder } from './list-folder.ts';
import { readLabels } from './read-labels.ts';

/** Instances are painted as id · 1000 + number; an id alone is stuff, or a group of things (cityscapesScripts). */
const INSTANCES_PER_ID = 1000;

/** Ending of the photographs. */
const PHOTOGRAPH = '_leftImg8bit.png';

/** Finds the layout of Cityscapes: `leftImg8bit/SPLIT/CITY/` and `gtFine/SPLIT/CITY/` with `*_instanceIds.png`. */
export async function findCityscapes(place: string, options: ReaderOptions): Promise<FoundDataset | null> {
  const [photographs, truth] = [options.images ?? path.join(place, 'leftImg8bit'), path.join(place, 'gtFine')];
  if (!(await isFolder(photographs)) || !(await isFolder(truth))) return null;
  const splits = (await folderFolders(truth)).filter((name) => splitName(name) !== null);
  return {
    splits,
    open: async (split) => {
      const categories = categoriesOf(options.categories ?? CITYSCAPES_CATEGORIES, true, place);
      const items: DatasetItem[] = [];
      for (const city of await folderFolders(path.join(photographs, split!))) {
        const names = (await imageNames(path.join(photographs, split!, city))) ?? [];
        for (const name of names.filter((each) => each.endsWith(PHOTOGRAPH))) {
          items.push(itemOf(path.join(photographs, split!, city, name), path.join(truth, split!, city), categories));
        }
      }
      return { format: 'cityscapes', task: 'panoptic', categories, items, files: [] };
    },
  };
}

function itemOf(file: string, truth: string, categories: readonly Category[]): DatasetItem {
  const name = path.basename(file).slice(0, -PHOTOGRAPH.length);
  const map = path.join(truth, `${name}_gtFine_instanceIds.png`);
  return { name, file, size: null, count: null, sources: [map], masks: () => readMasks(map, categories) };
}

async function readMasks(file: string, categories: readonly Category[]): Promise<AnnotatedMasks> {
  const { labels, size } = await readLabels(file);
  const classes = new Map(categories.map(({ id }, index) => [id, index]));
  const classOf = (label: number) =>
    classes.get(label < INSTANCES_PER_ID ? label : Math.floor(label / INSTANCES_PER_ID));
  const masks = labelMasks(labels, size, new MaskRoom(file), (label) => classOf(label) !== undefined);
  const segments = [...masks].map(([label, mask]) => {
    const category = classOf(label)!;
    return { mask, category, isCrowd: label < INSTANCES_PER_ID && categories[category].isThing };
  });
  return { size, segments, unknown: unknownMask(labels, size, (label) => classOf(label) === undefined) };
}
