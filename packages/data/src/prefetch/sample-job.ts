import type { AugmentStep } from '../augment/augment-sample.ts';
import type { DatasetOptions } from '../files/dataset-options.ts';
import type { PackedSample } from './packed-sample.ts';

/** Needs of a thread that makes samples: where the data is, and what is done to it. */
export type SampleJob = {
  path: string;
  options: Omit<DatasetOptions, 'report'>;
  steps: readonly AugmentStep[];
  seed: number;
  /** Room for decoded samples, in bytes. */
  cacheBytes: number;
};

/** Answer of a thread about one position: the sample, or the reason why there is none; and what was passed over on the way. */
export type SampleAnswer = { position: number; skipped: string[] } & (
  | { sample: PackedSample }
  | { error: { name: string; message: string } }
);
