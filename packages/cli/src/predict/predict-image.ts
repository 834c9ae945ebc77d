import { FormatError } from '@seg/checkpoint';
import type { Category, RgbImage, SegmentMap } from '@seg/image';
import type { Task } from '@seg/models';
import { type InstanceList, layInstances } from '@seg/postprocess';

import type { ImageReader } from './image-reader.ts';
import type { InputImage } from './input-images.ts';
import { instanceResults } from './instance-results.ts';
import type { PictureMaker } from './picture-maker.ts';
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
  /** Images in hand at once, of which those of one size share a pass. Default: 1. */
  batch?: number;
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
  return { job, read: toldLater(reader.read(job.input.file, run, job.known)), begin: performance.now() };
}

/** A promise whose failure is told by whoever waits for it, however late. */
export function toldLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/** Image that was read, and its job. */
type ReadJob = Omit<ImageJob, 'known'> & { digest: string; image: RgbImage };

/** Image whose end may be to come: its pictures are drawn and written meanwhile. */
export type Ending = { job: ImageJob; outcome: Promise<ImageOutcome> };

/**
 * Segments images, those of one size in one pass, and has their pictures drawn and written.
 *
 * @returns Their ends, in their order. They reject with what is no fault of an image: a full disk
 * @throws Error of a model that fails
 */
export async function predictTogether(
  segmenter: ImageSegmenter,
  pictures: PictureMaker,
  settings: ImageSettings,
  readings: readonly Reading[],
): Promise<Ending[]> {
  const begin = performance.now();
  const ends = [];
  for (const reading of readings) ends.push(await endOf(reading));
  const images = ends.flatMap((end) => ('image' in end ? [end] : []));
  const readAt = performance.now();
  const found = images.length === 0 ? [] : await segmentAll(segmenter, settings, images.map(({ image }) => image)); // biome-ignore format: one step
  const shares = {
    read: (readAt - begin) / 1000 / images.length,
    model: (performance.now() - readAt) / 1000 / images.length,
  };
  return ends.map((end, i) => {
    const { job } = readings[i];
    if (!('image' in end)) return { job, outcome: Promise.resolve(end) };
    return { job, outcome: toldLater(writeFound(pictures, settings, end, found[images.indexOf(end)], shares)) };
  });
}

async function endOf({ job, read }: Reading): Promise<ReadJob | Extract<ImageOutcome, { kind: 'failed' | 'kept' }>> {
  try {
    const { digest, image } = await read;
    return image === null ? { kind: 'kept' } : { ...job, digest, image };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const { index, input } = job;
    return {
      kind: 'failed',
      error: error.message,
      record: { index, file_name: ResultFiles.nameOf(input), error: error.message },
    };
  }
}

async function segmentAll(
  segmenter: ImageSegmenter,
  { task, threshold }: ImageSettings,
  images: readonly RgbImage[],
): Promise<(SegmentMap | InstanceList)[]> {
  const options = { task, threshold };
  if (images.length > 1 && segmenter.segmentBatch)
    return segmenter.segmentBatch(images, { ...options, batchPixels: Number.POSITIVE_INFINITY });
  const found = [];
  for (const image of images) found.push(await segmenter.segment(image, options));
  return found;
}

/** Segments an image and has its pictures drawn and written, as {@link predictTogether} does. */
export async function predictOne(
  segmenter: ImageSegmenter,
  pictures: PictureMaker,
  settings: ImageSettings,
  read: ReadJob,
  begin: number,
): Promise<Pick<Ending, 'outcome'>> {
  const readAt = performance.now();
  const [found] = await segmentAll(segmenter, settings, [read.image]);
  const times = { read: (readAt - begin) / 1000, model: (performance.now() - readAt) / 1000 };
  return { outcome: toldLater(writeFound(pictures, settings, read, found, times)) };
}

async function writeFound(
  pictures: PictureMaker,
  { categories, threshold, out, track }: ImageSettings,
  { input, id, index, digest, image }: ReadJob,
  found: SegmentMap | InstanceList,
  before: Pick<Times, 'read' | 'model'>,
): Promise<ImageOutcome> {
  const isMap = 'ids' in found;
  const map = isMap ? found : layInstances(found, { threshold, things: thingsOf(categories) });
  const drawing = { image, map, categories, options: { steadyColors: track } };
  const drawn = await pictures.make(drawing);
  const begin = performance.now();
  const entry = await new ResultFiles(out, categories).addImage(input, id, drawing, drawn);
  const instances = isMap ? {} : { instances: instanceResults(id, found, categories) };
  const seconds = { ...before, write: drawn.seconds + (performance.now() - begin) / 1000 };
  const { ids: _, ...seen } = map;
  return { kind: 'done', record: { index, digest, ...entry, ...instances }, map: seen, seconds };
}
