import path from 'node:path';
import { FormatError } from '@seg/checkpoint/safetensors';

import { categoriesOf } from '../formats/category-list.ts';
import { labelMapItem } from './find-label-maps.ts';
import type { FoundDataset, ReaderOptions } from './found-dataset.ts';
import { imageNames, isFile, readText } from './list-folder.ts';
import { wholeOrSplits } from './split-folders.ts';

/** Table of labels and names in each folder of an export. */
const TABLE = '_classes.csv';

/** Ending of the maps, which lie beside their images. */
const MAP = /_mask\.png$/i;

/** Finds Roboflow's "semantic segmentation masks": `a.jpg` beside `a_mask.png`, and `_classes.csv` with the names. */
export function findRoboflowMasks(place: string, options: ReaderOptions): Promise<FoundDataset | null> {
  return wholeOrSplits(place, async (folder) => {
    const table = path.join(folder, TABLE);
    const names = (await imageNames(folder)) ?? [];
    if (!(await isFile(table)) || !names.some((name) => MAP.test(name))) return null;
    return async () => {
      const categories = categoriesOf(options.categories ?? parseTable(await readText(table), table), false, table);
      const items = names
        .filter((name) => !MAP.test(name))
        .map((name) => {
          const map = path.join(folder, `${path.parse(name).name}_mask.png`);
          return labelMapItem(path.join(folder, name), map, categories, options.ignored);
        });
      return { format: 'label-maps', task: 'semantic', categories, items, files: [table] };
    };
  });
}

/** Lines of a label and a name under a heading; labels count from 0. */
function parseTable(text: string, name: string): string[] {
  const [, ...lines] = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  return lines.map((line, i) => {
    const [, label, category] = /^\s*(\d+)\s*,\s*(.*?)\s*$/.exec(line) ?? [];
    if (Number(label) === i && category !== '') return category;
    throw new FormatError(`${name}: line ${i + 2}: expected label ${i} and a name, got ${JSON.stringify(line)}`);
  });
}
