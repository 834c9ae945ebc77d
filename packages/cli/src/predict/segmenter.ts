import type { Category, RgbImage } from '@seg/image';
import type { Task } from '@seg/models';
import type { InstanceList, SegmentMap } from '@seg/postprocess';

/** Interface between prediction and a model; `Segmenter` of @seg/models has it. */
export type ImageSegmenter = {
  readonly categories: readonly Category[];
  /** Tasks that it answers, first the one that it is for. */
  readonly tasks: readonly Task[];
  segment(
    image: RgbImage,
    options: { task: Task; threshold?: number | undefined; embeddings?: boolean; signal?: AbortSignal },
  ): Promise<SegmentMap | InstanceList>;
  /** Several images, those of one size in a pass. Default: one after the other. */
  segmentBatch?(
    images: readonly RgbImage[],
    options: { task: Task; threshold?: number | undefined; batchPixels?: number },
  ): Promise<(SegmentMap | InstanceList)[]>;
  dispose(): void;
};
