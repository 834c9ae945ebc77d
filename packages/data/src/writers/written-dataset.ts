import { A_FUNCTION, oneOf } from '@seg/checkpoint/expect-options';
import type { FileDataset } from '../files/file-dataset.ts';

/** A part of a data set that is written as a split of its own. */
export type WrittenPart = {
  /** Name of the split. */
  split: string;
  dataset: FileDataset;
  /** Images that belong to it. Default: all */
  indices?: readonly number[];
};

/** Options of the writers of data sets. */
export type WriteOptions = {
  /** Images as copies, or as hard links, which take no room. Default: copies */
  images?: 'copy' | 'link';
  /** Called before each image. */
  onProgress?(done: number, total: number, name: string): void;
};

/** Checks of {@link WriteOptions}. */
export const WRITING = { images: oneOf('copy', 'link'), onProgress: A_FUNCTION };
