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
  /** Another, of pictures that are not trained on; classes are matched by their names. Default: nothing is validated. */
  validation?: unknown;
  /**
   * Name under which the training is kept in the page's database. Where one of that name is there, it goes on if model,
   * photographs, annotations and choices are the same; else training begins anew, and takes its place with the first checkpoint.
   */
  storage: string;
  options: FinetuneChoices;
};

/** News of a training. Times are in seconds. */
export type FinetuneNews =
  | ({ type: 'download' } & DownloadProgress)
  | { type: 'data'; training: number; validation: number }
  /** A training that was kept goes on. */
  | { type: 'continued'; step: number }
  /**
   * A training that was kept is not gone on with: what made it has changed, by `model`, `classes`, `photographs`, `annotations`,
   * `validation` or `recipe`. `step` of its steps were done.
   */
  | { type: 'anew'; step: number; changed: readonly string[] }
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
  /** The training is kept so far. */
  | { type: 'checkpoint'; step: number }
  /** In the place of a checkpoint: the page's database keeps no more, and the training goes on without it. */
  | { type: 'unkept'; message: string };
