import type { BackendName } from '@seg/core';
import type { ZooEntry } from '@seg/models/zoo';

import { predictCommand } from '../commands/predict.ts';
import { readerHere } from '../predict/image-reader.ts';
import { loadSegmenter, type Runtime } from '../predict/load-segmenter.ts';
import { picturesHere } from '../predict/picture-maker.ts';
import type { ImageSegmenter } from '../predict/segmenter.ts';
import { Progress } from '../render/progress.ts';
import type { PublishedSet } from './published-set.ts';

/** Work of one prediction: which images of a set, with which weights, to which folder. */
export type SetPrediction = {
  entry: ZooEntry;
  set: PublishedSet;
  images: readonly string[];
  model: string;
  folder: string;
  backend: BackendName | 'auto';
};

/**
 * Predicts images as `seg predict --resume` does, with the ids of the ground truth: what an earlier run has predicted
 * stays.
 *
 * @returns Seconds an image, from file to files; null where all was there
 */
export async function predictSet({
  entry,
  set,
  images,
  model,
  folder,
  backend,
}: SetPrediction): Promise<number | null> {
  const clock = { begin: 0, images: 0 };
  const io = {
    load: async (location: string, runtime: Runtime, signal: AbortSignal) =>
      counting(await loadSegmenter(location, runtime, signal), clock),
    print: () => {}, // tables of five thousand images are of no use here
    note: (text: string) => console.error(text),
    progress: new Progress(),
    reader: readerHere,
    pictures: picturesHere,
  };
  const ids = set.truth.kind === 'coco' ? ['--images', set.truth.file] : [];
  const options = ['--model', model, '--task', entry.task, '--out', folder, '--backend', backend, ...ids, '--resume'];
  await predictCommand(io)
    .exitOverride()
    .parseAsync([...options, '--', ...images], { from: 'user' });
  return clock.images === 0 ? null : (performance.now() - clock.begin) / 1000 / clock.images;
}

/** The same segmenter, whose images are counted from the first one's beginning on. */
function counting(segmenter: ImageSegmenter, clock: { begin: number; images: number }): ImageSegmenter {
  return {
    categories: segmenter.categories,
    tasks: segmenter.tasks,
    segment: (image, options) => {
      if (clock.images++ === 0) clock.begin = performance.now();
      return segmenter.segment(image, options);
    },
    dispose: () => segmenter.dispose(),
  };
}
