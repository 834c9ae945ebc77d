import { FormatError } from '@seg/checkpoint';
import type { Category, RgbImage } from '@seg/image';
import { readImage } from '@seg/image/node';
import type { Task } from '@seg/models';

import type { Progress } from '../render/progress.ts';
import type { GroundTruth } from './ground-truth.ts';
import type { InputImage } from './input-images.ts';
import { type InstanceResult, instanceResults, layInstances } from './instance-results.ts';
import { hasFiles } from './out-folder.ts';
import { type PredictionRecord, RecordFile } from './records.ts';
import type { Report } from './report.ts';
import { panopticName, ResultFiles } from './result-files.ts';
import type { ImageSegmenter } from './segmenter.ts';

/** An image with its id in the results. */
export type NumberedImage = { input: InputImage; id: number };

/** Work of one run. */
export type Prediction = {
  images: readonly NumberedImage[];
  /** Those of the model, under the ids of the results. */
  categories: readonly Category[];
  task: Task;
  /** Undefined for the rule's own. */
  threshold: number | undefined;
  out: string;
  truth: GroundTruth | null;
  /** Records of the run, new or of an earlier one. */
  records: RecordFile;
  /** Reaction to an image that cannot be read. */
  onError: 'stop' | 'skip';
};

/** Least certainty of an instance that pictures show, as in the demos of the original repositories. */
const SHOWN_INSTANCES = 0.5;

/** Begins the records of a run, or goes on with those in the folder. */
export function openRecords(
  { task, threshold, out, categories }: Pick<Prediction, 'task' | 'threshold' | 'out' | 'categories'>,
  { resume, force }: { resume?: boolean; force?: boolean },
): Promise<RecordFile> {
  const named = categories.map(({ id, name }) => ({ id, name }));
  const header = { task, threshold: threshold ?? null, categories: named };
  return resume ? RecordFile.resume(out, header) : RecordFile.create(out, header, force === true);
}

/**
 * Segments the images one after the other. The pictures and the record of each are on disk before the next begins; those
 * that the records have already are left as they are.
 */
export async function predictImages(
  segmenter: ImageSegmenter,
  prediction: Prediction,
  report: Report,
  progress: Progress,
): Promise<void> {
  const { images, categories, task, out, truth, records } = prediction;
  const files = new ResultFiles(out, categories);
  const { finished, usedIds } = await earlierRun(prediction);
  for (const [i, { input, id }] of images.entries()) {
    if (finished.has(panopticName(input))) continue;
    progress.show(i, images.length, input.file);
    const image = await readOne(input, prediction.onError, report);
    if (image === null) continue;
    const unused = usedIds.has(id) ? Math.max(...usedIds) + 1 : id; // the list may have grown in the middle
    usedIds.add(unused);
    await predictOne(segmenter, prediction, files, { input, id: unused, image }, report, progress);
  }
  progress.clear();
  await files.finish(task === 'instance' ? instancesOf(records) : null, () => latest(records));
  report.finish(out, truth?.result() ?? null);
}

async function predictOne(
  segmenter: ImageSegmenter,
  { categories, task, threshold, truth, records }: Prediction,
  files: ResultFiles,
  { input, id, image }: NumberedImage & { image: RgbImage },
  report: Report,
  progress: Progress,
): Promise<void> {
  const begin = performance.now();
  const found = await segmenter.segment(image, { task, threshold });
  const milliseconds = performance.now() - begin;
  const isMap = 'ids' in found;
  const map = isMap ? found : layInstances(found, threshold ?? SHOWN_INSTANCES, categories);
  const record = await files.addImage(input, id, image, map);
  await records.append(isMap ? record : { ...record, instances: instanceResults(id, found, categories) });
  await truth?.add(input, map, categories);
  progress.clear();
  report.image({ input, map, milliseconds }, categories);
}

/** @returns null for an image that is skipped */
async function readOne({ file }: InputImage, onError: 'stop' | 'skip', report: Report): Promise<RgbImage | null> {
  try {
    return await readImage(file);
  } catch (error) {
    if (onError === 'stop' || !(error instanceof FormatError)) throw error;
    report.skipped(error);
    return null;
  }
}

/**
 * Images of an earlier run whose pictures are still there, by the names of their maps, and the ids of all that it had.
 * They count in the quality.
 */
async function earlierRun({ images, out, truth, records }: Prediction) {
  const inputs = new Map(images.map(({ input }) => [panopticName(input), input]));
  const finished = new Set<string>();
  const usedIds = new Set<number>();
  for await (const record of latest(records)) {
    if (await hasFiles(out, [record.annotation.file_name])) usedIds.add(record.image.id);
    const input = inputs.get(record.annotation.file_name);
    if (input === undefined || !(await hasFiles(out, [record.annotation.file_name]))) continue;
    finished.add(record.annotation.file_name);
    await truth?.addWritten(input, out, record);
  }
  return { finished, usedIds };
}

/** The last record of every image: one whose pictures were lost is predicted again. */
async function* latest(records: RecordFile): AsyncGenerator<PredictionRecord> {
  const last = new Map<string, number>();
  let count = 0;
  for await (const { annotation } of records.read()) last.set(annotation.file_name, count++);
  count = 0;
  for await (const record of records.read()) if (last.get(record.annotation.file_name) === count++) yield record;
}

async function* instancesOf(records: RecordFile): AsyncGenerator<InstanceResult> {
  for await (const { instances = [] } of latest(records)) yield* instances;
}
