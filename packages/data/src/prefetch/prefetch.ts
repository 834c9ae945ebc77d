import { availableParallelism } from 'node:os';
import { A_FUNCTION, ANYTHING, expectOptions, numberIn, type OptionCheck } from '@seg/checkpoint/expect-options';
import type { AugmentStep } from '../augment/augment-sample.ts';
import { expectSteps } from '../augment/step-checks.ts';
import { augmentedSample } from '../batches/augmented-sample.ts';
import { type Batch, positionsOfSteps, SampleOrder, type Share } from '../batches/batches.ts';
import { cachedDataset } from '../data-sets/cached-dataset.ts';
import type { MaskSample } from '../data-sets/mask-sample.ts';
import type { FileDataset } from '../files/file-dataset.ts';
import { readableDataset } from './readable-dataset.ts';
import { SampleThreads } from './sample-threads.ts';

/** Options of `prefetch`. */
export type PrefetchOptions = {
  batchSize: number;
  seed: number;
  /** Begins with this step, as if the steps before had been taken. Default: 0 */
  start?: number;
  /** Place among processes that share out the data set. Default: the only one */
  share?: Share;
  /** Samples that are made in all, as those of `batches`. Default: each position has a new one */
  distinct?: number;
  /** Changes of each sample. Default: none */
  steps?: readonly AugmentStep[];
  /**
   * Threads that decode and augment; 0 works in the caller's. Each reads the annotations for itself. Default: one less than
   * processor cores, 1 to 4; 1 for more than 20,000 images
   */
  threads?: number;
  /** Batches that are made ahead of the one in use. Default: 2 */
  ahead?: number;
  /**
   * Takes what is wrong with an image that cannot be read, once. A data set that was opened with `skipFaults` has the next one in
   * its place. Default: nobody is told
   */
  onSkip?(message: string): void;
  /** Room for decoded samples, in bytes, of all threads together. Default: 512 MB */
  cacheBytes?: number;
};

const A_COUNT = numberIn({ least: 0, isWhole: true });
const PREFETCH: Readonly<Record<keyof Required<PrefetchOptions>, OptionCheck>> = {
  batchSize: ANYTHING,
  seed: numberIn(),
  start: A_COUNT,
  share: ANYTHING,
  distinct: ANYTHING,
  steps: ANYTHING,
  threads: ANYTHING,
  ahead: ANYTHING,
  onSkip: A_FUNCTION,
  cacheBytes: numberIn({ least: 0, most: Number.POSITIVE_INFINITY }),
};

/** Threads unless told otherwise: four decode faster than any model here learns. */
const MOST_THREADS = 4;

/** Most threads at all; each takes some 60 MB before it does anything. */
const THREAD_LIMIT = 64;

/** Room for decoded samples unless told otherwise, 512 MB. */
const CACHE_BYTES = 2 ** 29;

/**
 * Batches without end, decoded and augmented in threads ahead of the step that takes them. They are the same for any number
 * of threads: every sample depends on the seed and its position alone, as those of `batches` do. At most `ahead` batches are
 * in memory beside the one in use. An error comes with the step that it belongs to, naming the file. Leaving the loop ends the
 * threads.
 *
 * @throws RangeError where the data set is empty or a number is none
 */
export async function* prefetch(
  dataset: FileDataset,
  options: PrefetchOptions,
): AsyncGenerator<Batch<MaskSample>, never, void> {
  expectOptions('prefetch', options ?? null, PREFETCH);
  if (options.steps !== undefined) expectSteps('prefetch', options.steps);
  const { batchSize, start = 0, ahead = 2, threads = defaultThreads(dataset) } = options;
  requireCount('batchSize', batchSize, 1, Number.MAX_SAFE_INTEGER);
  requireCount('ahead', ahead, 0, 1000);
  requireCount('threads', threads, 0, THREAD_LIMIT);
  if (dataset.length === 0) throw new RangeError('prefetch: expected a data set with samples, got an empty one');
  const positionsAt = positionsOfSteps(options);
  const told = new Set<string>();
  const onSkip = (message: string) => {
    if (!told.has(message)) options.onSkip?.(message);
    told.add(message);
  };
  const source = threads === 0 ? inThisThread(dataset, options, onSkip) : inThreads(dataset, options, threads, onSkip);
  const batchAt = (step: number) => settled(positionsAt(step).map((position) => source.sample(position)));
  try {
    const coming: ReturnType<typeof batchAt>[] = [];
    for (let step = start; ; step++) {
      const wanted = threads === 0 ? 1 : ahead + 1; // without threads nothing runs beside the step
      while (coming.length < wanted) coming.push(batchAt(step + coming.length));
      yield { step, samples: await (await coming.shift()!)(), positions: positionsAt(step) };
    }
  } finally {
    await source.close();
  }
}

/** Images from which on annotations take so much memory that one thread besides has to do: COCO's are 2 GB. */
const LARGE_SET = 20_000;

function defaultThreads({ length }: FileDataset): number {
  if (length > LARGE_SET) return 1;
  return Math.max(1, Math.min(MOST_THREADS, availableParallelism() - 1));
}

function requireCount(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new RangeError(`prefetch: expected ${name} of ${least} to ${most}, got ${value}`);
}

/**
 * Waits for samples made ahead, and keeps an error for the step that it belongs to: a promise that nobody awaits yet must not
 * end the process.
 */
async function settled(samples: readonly Promise<MaskSample>[]): Promise<() => Promise<MaskSample[]>> {
  await Promise.allSettled(samples);
  return () => Promise.all(samples);
}

/** Maker of samples by position. */
type SampleMaker = { sample(position: number): Promise<MaskSample>; close(): Promise<void> };

function inThreads(
  dataset: FileDataset,
  options: PrefetchOptions,
  threads: number,
  onSkip: (message: string) => void,
): SampleMaker {
  const { seed, steps = [], cacheBytes = CACHE_BYTES } = options;
  const { path, options: opened } = dataset;
  const job = { path, options: opened, steps, seed, cacheBytes: Math.floor(cacheBytes / threads) };
  return new SampleThreads(threads, job, onSkip);
}

function inThisThread(
  dataset: FileDataset,
  { seed, steps = [], cacheBytes = CACHE_BYTES }: PrefetchOptions,
  onSkip: (message: string) => void,
): SampleMaker {
  const all = cachedDataset(dataset, { bytes: cacheBytes });
  const cached = dataset.options.skipFaults ? readableDataset(all, onSkip) : all;
  const order = new SampleOrder(dataset.length, seed);
  return {
    sample: (position) => augmentedSample(cached, order, position, { seed, steps }),
    close: async () => {},
  };
}
