import type { Category, RgbImage } from '@seg/image';

import type { BoxMask } from '../masks/box-mask.ts';

/** One object or one class's area of an image. */
export type MaskSegment = {
  mask: BoxMask;
  /** Class index: the place in the data set's categories. */
  category: number;
  /** Marks a group whose objects are not told apart. It is no target, and no error to find. */
  isCrowd: boolean;
};

/** One image with its ground truth as a stack of masks, which may overlap. */
export type MaskSample = {
  name: string;
  image: RgbImage;
  segments: MaskSegment[];
  /** Pixels of which nothing is known; null where there are none. */
  unknown: BoxMask | null;
};

/** Purpose of ground truth: objects that may overlap; things and stuff that share out the image; one mask a class. */
export type DatasetTask = 'instance' | 'panoptic' | 'semantic';

/** Images with masks, read one at a time. */
export type MaskDataset = {
  readonly task: DatasetTask;
  /** Class k is `categories[k]`. */
  readonly categories: readonly Category[];
  readonly length: number;
  /** Name of an image, unique in the data set. */
  name(index: number): string;
  read(index: number): Promise<MaskSample>;
};
