import type { FaultSink } from '../data-sets/data-fault.ts';
import type { CategoryList } from '../formats/category-list.ts';
import type { FileDatasetParts } from './file-dataset.ts';

/** Options of `openDataset`. */
export type DatasetOptions = {
  /** Part to read, where a folder has several: `train`, `val`, or its own name. Default: `train` */
  split?: string;
  /** Folder of the images, where it is not one of the places in which they usually are. */
  images?: string;
  /** Meaning of the labels, where the format cannot say it: whole categories, or names in the order of labels. */
  categories?: CategoryList;
  /** Labels of label maps that mean nothing. Default: 255 */
  ignored?: readonly number[];
  /** Takes what is wrong with single images and objects, which are then left out. Default: errors are thrown */
  report?: FaultSink;
};

/** Options with every default filled in that is the same for all formats. */
export type ReaderOptions = DatasetOptions & { report: FaultSink };

/** Content of a data set: all but where it was found. */
export type DatasetContent = Omit<FileDatasetParts, 'path' | 'splits' | 'split'>;

/** A data set that was recognized and not yet read. */
export type FoundDataset = {
  /** Names of its parts; empty where it is one whole. */
  splits: readonly string[];
  /** @param split One of `splits`, null for a whole */
  open(split: string | null): Promise<DatasetContent>;
};

/** Looks at a path for one format. Returns null where it is of another. */
export type DatasetFinder = (place: string, options: ReaderOptions) => Promise<FoundDataset | null>;
