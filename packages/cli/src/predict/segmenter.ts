import type { Category, RgbImage } from '@seg/image';
import type { InstanceList, SegmentMap } from '@seg/postprocess';

/** Segmentation task. */
export type Task = 'panoptic' | 'instance' | 'semantic';

/** Interface between prediction and a model; `Segmenter` of @seg/models has it. */
export type ImageSegmenter = {
  readonly categories: readonly Category[];
  /** What it can look for, first what it is for. */
  readonly tasks: readonly Task[];
  segment(image: RgbImage, options: { task: Task; threshold?: number }): Promise<SegmentMap | InstanceList>;
  dispose(): void;
};
