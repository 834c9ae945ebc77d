import type { ImageReader } from './image-reader.ts';
import { beginReading, type ImageSettings, predictImage, type Reading } from './predict-image.ts';
import type { Producer } from './predict-images.ts';
import type { ImageSegmenter } from './segmenter.ts';

/** Two images are read ahead: one that is ready, one in the thread. */
const AHEAD = 2;

/** Segments in this process, one image after the other, while those to come are read. */
export function produceHere(segmenter: ImageSegmenter, reader: ImageReader, settings: ImageSettings): Producer {
  return async function* (jobs, signal) {
    const ahead: Reading[] = [];
    for (let next = 0; next < jobs.length || ahead.length > 0; ) {
      if (signal.aborted) return;
      while (next < jobs.length && ahead.length <= AHEAD) ahead.push(beginReading(reader, jobs[next++], settings));
      const reading = ahead.shift()!;
      yield [reading.job, await predictImage(segmenter, settings, reading)];
    }
  };
}
