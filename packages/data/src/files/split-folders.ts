import path from 'node:path';

import { splitName } from '../formats/split-name.ts';
import type { DatasetContent, FoundDataset } from './found-dataset.ts';
import { folderFolders } from './list-folder.ts';

/** Reader of one folder, or null where the folder is of another format. */
export type FolderReader = (folder: string) => Promise<(() => Promise<DatasetContent>) | null>;

/** Takes a folder as one whole, or else each of its folders that has the name of a split. */
export async function wholeOrSplits(place: string, look: FolderReader): Promise<FoundDataset | null> {
  const whole = await look(place);
  if (whole !== null) return { splits: [], open: whole };
  const parts = new Map<string, () => Promise<DatasetContent>>();
  for (const name of await folderFolders(place)) {
    const split = splitName(name);
    const part = split === null ? null : await look(path.join(place, name));
    if (split !== null && part !== null) parts.set(split, part);
  }
  if (parts.size === 0) return null;
  return { splits: [...parts.keys()], open: (split) => parts.get(split!)!() };
}
