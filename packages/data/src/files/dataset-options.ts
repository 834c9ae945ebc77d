import { A_FLAG, A_FUNCTION, A_TEXT, type OptionCheck } from '@seg/checkpoint/expect-options';
import type { Category } from '@seg/image';
import type { FaultSink } from '../data-sets/data-fault.ts';
import type { CategoryList } from '../formats/category-list.ts';

/** Options of `openDataset`. */
export type DatasetOptions = {
  /**
   * Part to read, where a folder has several: `train`, `val`, or its own name. Of several names the first is taken that is
   * there, and the default where none is. Default: `train`
   */
  split?: string | readonly string[];
  /** Folder of the images, where it is not one of the places in which they usually are. */
  images?: string;
  /** Meaning of the labels, where the format cannot say it: whole categories, or names in the order of labels. */
  categories?: CategoryList;
  /**
   * Categories of another part, under which this one is shown: in their order, with their ids. Names have to be the same.
   * Default: its own
   */
  matching?: readonly Category[];
  /** Labels of label maps that mean nothing. Default: 255, but for maps of two classes at most in black and white, where it has to be said */
  ignored?: readonly number[];
  /**
   * Leaves out what is wrong with single objects, and images of which a file is missing, in place of throwing. Damaged images and
   * sizes that differ are still thrown when they are read; `prefetch` passes them over. Default: false
   */
  skipFaults?: boolean;
  /** Takes what is wrong with single images and objects, which are then left out. Default: as `skipFaults` says */
  report?: FaultSink;
};

const A_LIST: OptionCheck = ['a list', Array.isArray];
const CATEGORIES: OptionCheck = [
  'a list, or an object by label',
  (value) => typeof value === 'object' && value !== null,
];
const SPLIT: OptionCheck = [
  'a text, or a list of texts',
  (value) => [value].flat().every((name) => typeof name === 'string'),
];

/** Checks of {@link DatasetOptions}. */
export const DATASET: Readonly<Record<keyof Required<DatasetOptions>, OptionCheck>> = {
  split: SPLIT,
  images: A_TEXT,
  categories: CATEGORIES,
  matching: A_LIST,
  ignored: A_LIST,
  skipFaults: A_FLAG,
  report: A_FUNCTION,
};
