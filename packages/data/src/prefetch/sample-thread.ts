import { parentPort, workerData } from 'node:worker_threads';

import { augmentedSample } from '../batches/augmented-sample.ts';
import { SampleOrder } from '../batches/batches.ts';
import { cachedDataset } from '../data-sets/cached-dataset.ts';
import type { FileDataset } from '../files/file-dataset.ts';
import { openDataset } from '../files/open-dataset.ts';
import { packSample } from './packed-sample.ts';
import { readableDataset } from './readable-dataset.ts';
import type { SampleAnswer, SampleJob } from './sample-job.ts';

const { path, options, steps, seed, cacheBytes } = workerData as SampleJob;

/** Faults of images that were passed over, not told yet. */
let skipped: string[] = [];

const opening = openDataset(path, options).then((dataset) => ({
  dataset: samplesOf(cachedDataset(dataset, { bytes: cacheBytes })),
  order: new SampleOrder(dataset.length, seed),
}));
opening.catch(() => {}); // told with the first position that is asked for

parentPort!.on('message', (position: number) => void answer(position));

function samplesOf(dataset: FileDataset): FileDataset {
  return options.skipFaults ? readableDataset(dataset, (message) => skipped.push(message)) : dataset;
}

/** The faults since the last answer. */
function taken(): string[] {
  const faults = skipped;
  skipped = [];
  return faults;
}

async function answer(position: number): Promise<void> {
  try {
    const { dataset, order } = await opening;
    const sample = packSample(await augmentedSample(dataset, order, position, { seed, steps }));
    parentPort!.postMessage({ position, sample, skipped: taken() } satisfies SampleAnswer, [sample.bytes.buffer]);
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    parentPort!.postMessage({ position, error: { name, message }, skipped: taken() } satisfies SampleAnswer);
  }
}
