import path from 'node:path';
import { FormatError } from '@seg/checkpoint/safetensors';
import type { Category } from '@seg/image';

import { askForCategories } from '../formats/category-list.ts';
import { splitName } from '../formats/split-name.ts';
import { semanticMasks } from '../masks/semantic-masks.ts';
import type { DatasetItem } from './file-dataset.ts';
import type { FoundDataset, ReaderOptions } from './found-dataset.ts';
import { folderFolders, imageNames, isFile, isFolder, readText } from './list-folder.ts';
import { readLabels } from './read-labels.ts';

/** List of the classes that comes with ADE20K's scene parsing. */
const LIST = 'objectInfo150.txt';

/**
 * Finds the layout of ADE20K's scene parsing: `images/training/`, `annotations/training/` with label maps from 1 on, 0 for
 * what is none of them, and the names in `objectInfo150.txt`.
 */
export async function findAde20k(place: string, options: ReaderOptions): Promise<FoundDataset | null> {
  const [photographs, truth] = [options.images ?? path.join(place, 'images'), path.join(place, 'annotations')];
  const hasList = await isFile(path.join(place, LIST));
  if (!(await isFolder(photographs)) || !(await isFolder(truth))) return null;
  const folders = (await folderFolders(truth)).filter((name) => splitName(name) !== null);
  if (!hasList && !folders.includes('training')) return null;
  const byName = new Map(folders.map((folder) => [splitName(folder)!, folder]));
  return {
    splits: [...byName.keys()],
    open: async (split) => {
      const list = hasList ? await readList(path.join(place, LIST)) : options.categories;
      const categories = askForCategories(list, false, place, 'names in the order of labels from 1 on');
      const items = await itemsOf(photographs, truth, byName.get(split!)!, categories);
      const files = hasList ? [path.join(place, LIST)] : [];
      return { format: 'ade20k', task: 'semantic', categories, items, files, namedBy: hasList ? files[0] : null };
    },
  };
}

async function itemsOf(
  photographs: string,
  truth: string,
  folder: string,
  categories: readonly Category[],
): Promise<DatasetItem[]> {
  const names = (await imageNames(path.join(photographs, folder))) ?? [];
  return names.map((name) => {
    const map = path.join(truth, folder, `${path.parse(name).name}.png`);
    return {
      name,
      file: path.join(photographs, folder, name),
      size: null,
      count: null,
      sources: [map],
      masks: async () => {
        const { labels, size } = await readLabels(map);
        const classOf = (label: number) => (label === 0 ? undefined : label - 1);
        return semanticMasks(labels, size, classOf, categories.length, map);
      },
    };
  });
}

/** Lines of index, shares and counts, and the names of a class, of which the first is taken. */
async function readList(file: string): Promise<string[]> {
  const lines = (await readText(file)).split(/\r?\n/).filter((line) => /^\s*\d/.test(line));
  return lines.map((line, i) => {
    const fields = line.trim().split(/\t+/);
    const name = fields.at(-1)?.split(',')[0].trim();
    if (fields.length < 2 || !name) throw new FormatError(`${file}: class ${i + 1}: expected a name, got none`);
    return name;
  });
}
