import { A_FUNCTION, ANYTHING, expectOptions, numberIn, type OptionCheck } from '@seg/checkpoint/expect-options';
import { type Random, seededRandom } from '@seg/core';

import type { SampleSource } from '../data-sets/sample-source.ts';
import { expectNumber } from '../expect-number.ts';

/** Options of {@link batches}: size, order, and the step to begin at. */
export type BatchOptions<Sample> = {
  batchSize: number;
  seed: number;
  /** Begins with this step, as if the steps before had been taken. Default: 0. */
  start?: number;
  /** Place among processes that share out the data set. Default: the only one. */
  share?: Share;
  /**
   * Samples that are made in all: those of the first so many positions, which come again in each pass, in an order of its
   * own. Default: each position has a new one.
   */
  distinct?: number;
  /** Changes a sample as training wants it, with random numbers of its own. */
  prepare?: (sample: Sample, random: Random) => Sample | Promise<Sample>;
};

const OPTIONS: Readonly<Record<keyof Required<BatchOptions<unknown>>, OptionCheck>> = {
  batchSize: ANYTHING,
  seed: numberIn(),
  start: numberIn({ least: 0, isWhole: true }),
  share: ANYTHING,
  distinct: ANYTHING,
  prepare: A_FUNCTION,
};

/** One of several processes: of all batches in their order it takes every `size`-th, from the `rank`-th on. */
export type Share = { rank: number; size: number };

/** Samples that come again: their order is held in memory, of so many 4 MB. */
const MOST_DISTINCT = 1_000_000;

/** First position of a step's batch. */
export function positionOf(step: number, batchSize: number, { rank, size }: Share = { rank: 0, size: 1 }): number {
  expectNumber('batches', 'step', step, { least: 0, isWhole: true });
  expectShare(batchSize, { rank, size });
  return (step * size + rank) * batchSize;
}

function expectShare(batchSize: number, { rank, size }: Share): void {
  expectNumber('batches', 'batchSize', batchSize, { least: 1, isWhole: true });
  expectNumber('batches', 'share.size', size, { least: 1, isWhole: true });
  expectNumber('batches', 'share.rank', rank, { least: 0, most: size - 1, isWhole: true });
}

/** Samples of one step, with the number of the step and the position that each was made for. */
export type Batch<Sample> = { step: number; samples: Sample[]; positions: number[] };

/**
 * Batches without end. Each pass over the data set has its own order, and each sample its own random numbers, both made
 * from the seed and the position alone: a run that is resumed at step n sees what the uninterrupted one saw.
 *
 * @throws RangeError where the data set is empty, or a number is none, at the first batch
 */
export async function* batches<Sample>(
  dataset: SampleSource<Sample>,
  options: BatchOptions<Sample>,
): AsyncGenerator<Batch<Sample>, never, void> {
  expectOptions<object>('batches', options ?? null, OPTIONS);
  const { start = 0 } = options;
  if (dataset.length === 0) throw new RangeError('batches: expected a data set with samples, got an empty one');
  expectNumber('batches', 'start', start, { least: 0, isWhole: true });
  expectNumber('batches', 'seed', options.seed, { isWhole: true });
  const order = new SampleOrder(dataset.length, options.seed);
  const positionsAt = positionsOfSteps(options);
  for (let step = start; ; step++) {
    const samples: Sample[] = [];
    const positions = positionsAt(step);
    for (const position of positions) samples.push(await sampleAt(dataset, order, position, options));
    yield { step, samples, positions };
  }
}

/**
 * Positions whose samples a step takes: its own, or where samples come again, those that their order says.
 *
 * @throws RangeError where a number is none
 */
export function positionsOfSteps({
  batchSize,
  seed,
  share = { rank: 0, size: 1 },
  distinct,
}: Pick<BatchOptions<unknown>, 'batchSize' | 'seed' | 'share' | 'distinct'>): (step: number) => number[] {
  if (distinct !== undefined && !(Number.isInteger(distinct) && distinct >= 1 && distinct <= MOST_DISTINCT)) {
    throw new RangeError(`batches: expected distinct of 1 to ${MOST_DISTINCT}, got ${distinct}`);
  }
  expectShare(batchSize, share);
  // mixed, since the order of the data set within a pass comes from the seed itself
  const order = distinct === undefined ? null : new SampleOrder(distinct, mixSeeds(seed, distinct));
  return (step) => {
    const first = positionOf(step, batchSize, share);
    return Array.from({ length: batchSize }, (_, i) => order?.indexAt(first + i) ?? first + i);
  };
}

/** Reads and prepares the sample of one position, with random numbers that depend on nothing else. */
async function sampleAt<Sample>(
  dataset: SampleSource<Sample>,
  order: SampleOrder,
  position: number,
  { seed, prepare }: Pick<BatchOptions<Sample>, 'seed' | 'prepare'>,
): Promise<Sample> {
  const sample = await dataset.read(order.indexAt(position));
  return prepare === undefined ? sample : prepare(sample, positionRandom(seed, position));
}

/** Random numbers of one position of a training. */
export function positionRandom(seed: number, position: number): Random {
  return seededRandom(mixSeeds(seed + 1, position));
}

/** Order in which samples come: each pass over the data set has its own, and any position can be asked for. */
export class SampleOrder {
  private readonly length: number;
  private readonly seed: number;
  private pass = -1;
  private order = new Int32Array(0);

  constructor(length: number, seed: number) {
    this.length = length;
    this.seed = seed;
  }

  indexAt(position: number): number {
    const pass = Math.floor(position / this.length);
    if (pass !== this.pass) {
      this.order = shuffledIndices(this.length, mixSeeds(this.seed, pass));
      this.pass = pass;
    }
    return this.order[position % this.length];
  }
}

/** A permutation of 0 to length − 1 (Fisher and Yates). */
function shuffledIndices(length: number, seed: number): Int32Array<ArrayBuffer> {
  const random = seededRandom(seed);
  const order = Int32Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** One seed from two, so that neighbors have nothing in common: murmur3's finalizer. */
export function mixSeeds(a: number, b: number): number {
  let x = (Math.imul(a, 0x9e3779b1) ^ Math.imul(b + 1, 0x85ebca77)) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
