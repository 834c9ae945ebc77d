import { parentPort, workerData } from 'node:worker_threads';

import { augmentedSample } from '../batches/augmented-sample.ts';
import { SampleOrder } from '../batches/batches.ts';
import { cachedDataset } from '../data-sets/cached-dataset.ts';
import { openDataset } from '../files/open-dataset.ts';
import { packSample } from './packed-sample.ts';
import type { SampleAnswer, SampleJob } from './sample-job.ts';

const { path, options, steps, seed, cacheBytes } = workerData as SampleJob;

const opening = openDataset(path, options).then((dataset) => ({
  dataset: cachedDataset(dataset, { bytes: cacheBytes }),
  order: new SampleOrder(dataset.length, seed),
}));
opening.catch(() => {}); // told with the first position that is asked for

parentPort!.on('message', (position: number) => void answer(position));

async function answer(position: number): Promise<void> {
  try {
    const { dataset, order } = await opening;
    const sample = packSample(await augmentedSample(dataset, order, position, { seed, steps }));
    parentPort!.postMessage({ position, sample } satisfies SampleAnswer, [sample.bytes.buffer]);
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    parentPort!.postMessage({ position, error: { name, message } } satisfies SampleAnswer);
  }
}
