import type { RgbImage } from '@seg/core';
import type { InstanceList, SegmentMap } from '@seg/postprocess';

/** What to look for in an image. */
export type Task = 'panoptic' | 'instance' | 'semantic';

/** What a class index means. */
export type ModelCategory = {
  id: number;
  name: string;
  isThing: boolean;
  color?: [number, number, number];
};

/** What prediction needs of a model; `Segmenter` of @seg/models is one. */
export type ImageSegmenter = {
  readonly categories: readonly ModelCategory[];
  /** What it can look for, first what it is for. */
  readonly tasks: readonly Task[];
  segment(image: RgbImage, options: { task: Task; threshold?: number }): Promise<SegmentMap | InstanceList>;
  dispose(): void;
};
