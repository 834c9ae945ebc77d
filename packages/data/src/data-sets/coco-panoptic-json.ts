import type { Color } from '@seg/image';

/** One segment of `segments_info` (cocodataset.org, "format-data", 4. Panoptic Segmentation). */
export type CocoSegment = {
  id: number;
  category_id: number;
  /** In pixels; may be left out, since the PNG has it. */
  area?: number;
  /** x, y, width, height in pixels; may be left out too. */
  bbox?: [number, number, number, number];
  iscrowd: 0 | 1;
};

/** The segments of one image in a COCO panoptic file. */
export type CocoPanopticAnnotation = {
  image_id: number;
  /** Of the PNG with the segment ids. */
  file_name: string;
  segments_info: CocoSegment[];
};

/** An image in a COCO file. */
export type CocoImageFile = { id: number; file_name: string; width: number; height: number };

/** One entry of the list `categories` of a COCO panoptic file (Kirillov et al. 2019; cocodataset.org, "format-data"). */
export type CocoPanopticCategory = {
  id: number;
  name: string;
  /** 1 for countable things, 0 for amorphous stuff. */
  isthing: 0 | 1;
  /** RGB, 0 to 255. */
  color: Color;
  supercategory: string;
};

/** A panoptic annotation file. */
export type CocoPanopticJson = {
  images: CocoImageFile[];
  annotations: CocoPanopticAnnotation[];
  categories: CocoPanopticCategory[];
};
