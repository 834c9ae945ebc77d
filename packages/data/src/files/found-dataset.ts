import type { FaultSink } from '../data-sets/data-fault.ts';
import type { DatasetOptions } from './dataset-options.ts';
import type { FileDatasetParts } from './file-dataset.ts';

/** Options with every default filled in that is the same for all formats. */
export type ReaderOptions = DatasetOptions & { report: FaultSink };

/** Content of a data set: all but where it was found. */
export type DatasetContent = Omit<FileDatasetParts, 'path' | 'options' | 'splits' | 'split'> & {
  /** File that says the categories, so that option `categories` has no effect. Default: none */
  namedBy?: string | null;
};

/** A data set that was recognized and not yet read. */
export type FoundDataset = {
  /** Names of its parts; empty where it is one whole. */
  splits: readonly string[];
  /** @param split One of `splits`, null for a whole */
  open(split: string | null): Promise<DatasetContent>;
};

/** Looks at a path for one format. Returns null where it is of another. */
export type DatasetFinder = (place: string, options: ReaderOptions) => Promise<FoundDataset | null>;
