import type { DatasetFormat, DatasetItem } from './file-dataset.ts';
import { isFile } from './list-folder.ts';

/** Formats whose images may lack a file of masks: they have no objects then. */
const MAY_LACK: readonly DatasetFormat[] = ['yolo', 'object-masks'];

/** Tells the first file of an image that is not there: its pixels, or what its masks are read from. Null where all are. */
export async function missingFile({ file, sources }: DatasetItem, format: DatasetFormat): Promise<string | null> {
  for (const each of MAY_LACK.includes(format) ? [file] : [file, ...sources]) if (!(await isFile(each))) return each;
  return null;
}
