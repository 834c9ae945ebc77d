import { FormatError } from '@seg/checkpoint';
import type { Category, RgbImage, SegmentMap } from '@seg/image';
import type { Task } from '@seg/models';
import { layInstances } from '@seg/postprocess';

import type { ImageReader } from './image-reader.ts';
import type { InputImage } from './input-images.ts';
import { instanceResults } from './instance-results.ts';
import type { ImageRecord } from './record.ts';
import { ResultFiles } from './result-files.ts';
import type { ImageSegmenter } from './segmenter.ts';
import { thingsOf } from './things.ts';

/** An image with its id in the results, its place in the list, and the digest of an earlier run. */
export type ImageJob = { input: InputImage; id: number; index: number; known: string | null };

/** Everything that is the same for all images of a run. */
export type ImageSettings = {
  /** Those of the model, under the ids of the results. */
  categories: readonly Category[];
  task: Task;
  /** Undefined for the rule's own. */
  threshold: number | undefined;
  out: string;
  /** Digest of model and options. */
  run: string;
  /** True where ids stay from image to image, and colors with them. */
  track?: boolean;
};

/** Seconds of the steps of an image. */
export type Times = { read: number; model: number; write: number };

/** Part of a map that reports show. */
export type SeenMap = Omit<SegmentMap, 'ids'>;

/** End of an image: kept from an earlier run, or its record and what is shown of it. */
export type ImageOutcome =
  | { kind: 'kept' }
  | { kind: 'failed'; record: ImageRecord; error: string }
  | { kind: 'done'; record: ImageRecord; map: SeenMap; seconds: Times };

/** Least certainty of an instance that gets an id in a video: that of those which pictures show. */
export const SHOWN_INSTANCES = 0.5;

/** An image that is being read. */
export type Reading = { job: ImageJob; read: ReturnType<ImageReader['read']>; begin: number };

/** Begins to read an image. */
export function beginReading(reader: ImageReader, job: ImageJob, { run }: ImageSettings): Reading {
  const read = reader.read(job.input.file, run, job.known);
  read.catch(() => {}); // told by whoever waits for it
  return { job, read, begin: performance.now() };
}

/**
 * Segments an image and writes its pictures.
 *
 * @throws What is no fault of the image: a full disk, a model that fails
 */
export async function predictImage(
  segmenter: ImageSegmenter,
  settings: ImageSettings,
  { job, read }: Reading,
): Promise<ImageOutcome> {
  const begin = performance.now();
  try {
    await read;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const { index, input } = job;
    const record = { index, file_name: ResultFiles.nameOf(input), error: error.message };
    return { kind: 'failed', error: error.message, record };
  }
  const { digest, image } = await read;
  if (image === null) return { kind: 'kept' };
  return segmentOne(segmenter, settings, { ...job, digest, image }, begin);
}

/** Segments an image and writes its pictures, as {@link predictImage} does. */
export async function segmentOne(
  segmenter: ImageSegmenter,
  { categories, task, threshold, out, track }: ImageSettings,
  { input, id, index, digest, image }: Omit<ImageJob, 'known'> & { digest: string; image: RgbImage },
  begin: number,
): Promise<ImageOutcome> {
  const readAt = performance.now();
  const found = await segmenter.segment(image, { task, threshold });
  const foundAt = performance.now();
  const isMap = 'ids' in found;
  const map = isMap ? found : layInstances(found, { threshold, things: thingsOf(categories) });
  const entry = await new ResultFiles(out, categories).addImage(input, id, image, map, { steadyColors: track });
  const instances = isMap ? {} : { instances: instanceResults(id, found, categories) };
  const seconds = {
    read: (readAt - begin) / 1000,
    model: (foundAt - readAt) / 1000,
    write: (performance.now() - foundAt) / 1000,
  };
  const { ids: _, ...seen } = map;
  return { kind: 'done', record: { index, digest, ...entry, ...instances }, map: seen, seconds };
}
