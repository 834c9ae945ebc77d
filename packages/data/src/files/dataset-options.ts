import type { FaultSink } from '../data-sets/data-fault.ts';
import type { CategoryList } from '../formats/category-list.ts';

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
