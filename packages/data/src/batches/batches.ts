import { type Random, seededRandom } from '@seg/core';

import type { PanopticDataset, PanopticSample } from '../data-sets/panoptic-sample.ts';

/** Options of {@link batches}: size, order, and the step to begin at. */
export type BatchOptions = {
  batchSize: number;
  seed: number;
  /** Begins with this step, as if the steps before had been taken. Default: 0. */
  start?: number;
  /** Changes a sample as training wants it, with random numbers of its own. */
  prepare?: (sample: PanopticSample, random: Random) => PanopticSample;
};

/** Samples of one step, with the number of the step. */
export type Batch = { step: number; samples: PanopticSample[] };

/**
 * Batches without end. Each pass over the data set has its own order, and each sample its own random numbers, both made
 * from the seed and the position alone: a run that is resumed at step n sees what the uninterrupted one saw.
 */
export async function* batches(dataset: PanopticDataset, options: BatchOptions): AsyncGenerator<Batch, never, void> {
  const { batchSize, seed, start = 0, prepare = (sample: PanopticSample) => sample } = options;
  if (dataset.length === 0) throw new RangeError('batches: expected a data set with samples, got an empty one');
  let pass = -1;
  let order = new Int32Array(0);
  for (let step = start; ; step++) {
    const samples: PanopticSample[] = [];
    for (let position = step * batchSize; position < (step + 1) * batchSize; position++) {
      const wanted = Math.floor(position / dataset.length);
      if (wanted !== pass) {
        order = shuffledIndices(dataset.length, mixSeeds(seed, wanted));
        pass = wanted;
      }
      const sample = await dataset.read(order[position % dataset.length]);
      samples.push(prepare(sample, seededRandom(mixSeeds(seed + 1, position))));
    }
    yield { step, samples };
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
