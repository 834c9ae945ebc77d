import type { ImageReader } from './image-reader.ts';
import { beginReading, type ImageSettings, predictTogether, type Reading } from './predict-image.ts';
import type { Producer } from './predict-images.ts';
import type { ImageSegmenter } from './segmenter.ts';

/** Two images are read ahead: one that is ready, one in the thread. */
const AHEAD = 2;

/** Segments in this process, a batch after the other, while the images to come are read. */
export function produceHere(segmenter: ImageSegmenter, reader: ImageReader, settings: ImageSettings): Producer {
  const { batch = 1 } = settings;
  return async function* (jobs, signal) {
    const ahead: Reading[] = [];
    for (let next = 0; next < jobs.length || ahead.length > 0; ) {
      if (signal.aborted) return;
      while (next < jobs.length && ahead.length < AHEAD + batch)
        ahead.push(beginReading(reader, jobs[next++], settings));
      yield* predictTogether(segmenter, settings, ahead.splice(0, batch));
    }
  };
}
