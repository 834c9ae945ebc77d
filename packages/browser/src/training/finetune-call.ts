import type { BackendName } from '@seg/core';
import type { RgbImage, SegmentMap } from '@seg/image';
import type { DownloadProgress } from '@seg/models';

import type { NamedPicture } from './annotated-pictures.ts';

/** Choices of fine-tuning. */
export type FinetuneChoices = {
  /** Side of the training crops in pixels. Default: 256. */
  size?: number;
  /** Default: 1000. */
  steps?: number;
  /** Leaves the backbone as it is, which takes half the time. Default: true. */
  freezeBackbone?: boolean;
  /**
   * Crops that are made of each photograph where the backbone is frozen: they come again, and the backbone sees each of them once.
   * Where none would come twice, or of 0, every crop is new. Default: 24.
   */
  cropsPerPhotograph?: number;
  /** True for a model that has seen no photographs: larger steps. Default: false. */
  isNew?: boolean;
};

/** Call to fine-tune. */
export type FinetuneCall = {
  /** URL or name of the model to start from, or its files. */
  place: string | File[];
  /** Backend of the worker. Default: the one in use, or `auto`. */
  backend?: BackendName | 'auto';
  pictures: readonly NamedPicture[];
  /** A COCO instance file, parsed. */
  annotations: unknown;
  /** Another, of pictures that are not trained on. Default: nothing is validated. */
  validation?: unknown;
  /** Name under which the training is kept in the page's database: the same name goes on. */
  storage: string;
  options: FinetuneChoices;
};

/** News of a training. Times are in seconds. */
export type FinetuneNews =
  | ({ type: 'download' } & DownloadProgress)
  | { type: 'data'; training: number; validation: number }
  | { type: 'continued'; step: number }
  | { type: 'warning'; message: string }
  | { type: 'step'; step: number; loss: number; learningRate: number; seconds: number; secondsLeft: number }
  | {
      type: 'validation';
      step: number;
      score: number;
      metrics: Record<string, number>;
      isBest: boolean;
      seconds: number;
    }
  /** A photograph of the validation at hand, with what the model finds in it. */
  | { type: 'picture'; index: number; name: string; image: RgbImage; map: SegmentMap }
  | { type: 'checkpoint'; step: number };
