import type { MaskSample } from '@seg/data';
import type { Task } from '@seg/models';
import type { InstanceList, SegmentMap } from '@seg/postprocess';

/** Counts of what was taken for what. */
export type Confusion = {
  /** Names of the classes, and a last one for what is of none. */
  labels: readonly string[];
  /** [n · n] of objects or pixels, row by row: a row for each prediction, a column for each truth. */
  counts: Float64Array;
};

/** Quality of a model on a data set: metrics in percent, and which classes are taken for which. */
export type Measurement = {
  task: Task;
  /** AP, PQ or mIoU, the metric of the task; 0 where there is nothing to measure. */
  score: number;
  /** By their names in the papers; NaN where there is nothing to measure. */
  metrics: Record<string, number>;
  confusion: Confusion;
};

/** Image with its ground truth, and what a model found in it. */
export type SeenImage = { sample: MaskSample; found: InstanceList | SegmentMap };

/** Evaluation of a task, image by image. */
export type Tally = {
  add(image: SeenImage, index: number): void;
  result(): Pick<Measurement, 'metrics' | 'confusion'>;
};
