import type { Category, RgbImage } from '@seg/image';

import type { CocoSegment } from './coco-panoptic-json.ts';

/** One image with its ground truth. */
export type PanopticSample = {
  name: string;
  image: RgbImage;
  /** [H · W] segment ids, 0 for void */
  ids: Int32Array;
  segments: Pick<CocoSegment, 'id' | 'category_id' | 'iscrowd'>[];
};

/** Images with ground truth, read one at a time. */
export type PanopticDataset = {
  readonly length: number;
  readonly categories: readonly Category[];
  read(index: number): Promise<PanopticSample>;
};
