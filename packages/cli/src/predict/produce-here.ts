import type { ImageReader } from './image-reader.ts';
import type { PictureMaker } from './picture-maker.ts';
import {
  beginReading,
  type Ending,
  type ImageJob,
  type ImageOutcome,
  type ImageSettings,
  predictTogether,
  type Reading,
  toldLater,
} from './predict-image.ts';
import type { Producer } from './predict-images.ts';
import type { ImageSegmenter } from './segmenter.ts';

/** Two images are read ahead: one that is ready, one in the thread. */
const AHEAD = 2;

/** Helpers of a process that segments, in threads where they can. */
export type Helpers = { reader: ImageReader; pictures: PictureMaker };

/**
 * Segments in this process, a batch after the other, while the images to come are read and the pictures of those before are
 * drawn.
 */
export function produceHere(
  segmenter: ImageSegmenter,
  { reader, pictures }: Helpers,
  settings: ImageSettings,
): Producer {
  const { batch = 1 } = settings;
  return async function* (jobs, signal) {
    const ahead: Reading[] = [];
    let before: Promise<Ending[]> = Promise.resolve([]);
    try {
      for (let next = 0; (next < jobs.length || ahead.length > 0) && !signal.aborted; ) {
        while (next < jobs.length && ahead.length < AHEAD + batch)
          ahead.push(beginReading(reader, jobs[next++], settings));
        const drawn = await before;
        before = toldLater(predictTogether(segmenter, pictures, settings, ahead.splice(0, batch)));
        yield* ended(drawn);
      }
      yield* ended(await before);
    } finally {
      const last = await before.catch(() => []);
      await Promise.allSettled(last.map(({ outcome }) => outcome)); // nothing is computed or written behind the end
    }
  };
}

async function* ended(endings: readonly Ending[]): AsyncGenerator<[ImageJob, ImageOutcome], void, void> {
  for (const { job, outcome } of endings) yield [job, await outcome];
}
