import { createHash } from 'node:crypto';
import { FormatError } from '@seg/checkpoint';

import type { GroundTruth } from './ground-truth.ts';
import type { InputImage } from './input-images.ts';
import type { MetricsFile } from './metrics-file.ts';
import { hasFiles } from './out-folder.ts';
import { Pace } from './pace.ts';
import type { ImageJob, ImageOutcome, ImageSettings } from './predict-image.ts';
import { isPrediction, type PredictionRecord, type RecordHeader } from './record.ts';
import { type RecordFile, runOf } from './record-file.ts';
import { RecordIndex } from './record-lines.ts';
import type { Report } from './report.ts';
import { pictureNames, ResultFiles } from './result-files.ts';

/** An image with its id in the results and its place in the list. */
export type NumberedImage = { input: InputImage; id: number; index: number };

/** Maker of outcomes, in whatever order: in this process or in several. */
export type Producer = (jobs: readonly ImageJob[], signal: AbortSignal) => AsyncIterable<[ImageJob, ImageOutcome]>;

/** Work of one run. */
export type Prediction = ImageSettings & {
  /** Those of this shard. */
  images: readonly NumberedImage[];
  truth: GroundTruth | null;
  /** Records of the run, new or of an earlier one. */
  records: RecordFile;
  /** True where this run has all images of the list, and so writes the files of all. */
  isWhole: boolean;
  /** Reaction to an image that cannot be read. */
  onError: 'stop' | 'skip';
  metrics: MetricsFile | null;
  /** Asks to finish the image at work, and to end. */
  signal: AbortSignal;
};

/** Digest of everything that decides what an image becomes, but for the image. */
export function runDigest(header: RecordHeader): string {
  return createHash('sha256').update(runOf(header)).digest('hex');
}

/**
 * Segments the images. The pictures of each are drawn and written while the next is segmented, then its record. Those that the
 * records have already, of the same bytes, are left as they are.
 *
 * @returns False where the signal has ended it before the last image
 */
export async function predictImages(produce: Producer, prediction: Prediction, report: Report): Promise<boolean> {
  const { images, out, records, truth, signal } = prediction;
  const earlier = new RecordIndex();
  await earlier.add(records.file);
  const { jobs, kept } = await jobsOf(prediction, earlier);
  const pace = new Pace(images.length);
  const names = new Map(images.map(({ input }) => [ResultFiles.nameOf(input), input]));
  const compare = (record: PredictionRecord) => {
    const input = names.get(record.image.file_name);
    return input === undefined ? undefined : truth?.add(input, out, record);
  };
  report.progress(pace.line('images'));
  for await (const [job, outcome] of produce(jobs, signal)) {
    if (outcome.kind !== 'kept') await records.append(outcome.record);
    if (outcome.kind === 'failed' && prediction.onError === 'stop') throw new FormatError(outcome.error);
    const written = outcome.kind === 'done' ? outcome.record : kept.get(job.input.name);
    if (written !== undefined && outcome.kind !== 'failed' && isPrediction(written)) await compare(written);
    report.image(job.input, outcome, prediction.categories);
    pace.add(outcome);
    report.progress(pace.line(job.input.file));
    await prediction.metrics?.write(pace);
  }
  await prediction.metrics?.write(pace, true);
  if (signal.aborted && pace.done < images.length) {
    report.stopped(out, pace.done, images.length);
    return false;
  }
  if (prediction.isWhole) await finish(prediction);
  report.finish(out, truth?.result() ?? null, pace);
  return true;
}

async function finish({ records, out, categories, task, images }: Prediction): Promise<void> {
  const index = new RecordIndex();
  await index.add(records.file);
  const order = new Map(images.map(({ input, index: place }) => [input.name, place]));
  await writeWhole(new ResultFiles(out, categories), index, task === 'instance', order);
}

/** Writes the files of all images from their records. */
export async function writeWhole(
  files: ResultFiles,
  index: RecordIndex,
  hasInstances: boolean,
  order?: ReadonlyMap<string, number>,
): Promise<void> {
  async function* instances() {
    for await (const { instances = [] } of index.predictions(order)) yield* instances;
  }
  await files.finish(hasInstances ? instances() : null, () => index.predictions(order));
}

/** Lists what is to do. Images that earlier runs have get their digests of then, if their pictures are still there. */
async function jobsOf({ images, out, truth }: Prediction, earlier: RecordIndex) {
  const kept = new Map<string, PredictionRecord>();
  const digests = new Map<string, string>();
  const ids = new Map<string, number>();
  for await (const record of earlier.predictions()) {
    const name = record.annotation.file_name.replace(/\.panoptic\.png$/, '');
    ids.set(name, record.image.id);
    if (!(await hasFiles(out, pictureNames([{ name }])))) continue;
    digests.set(name, record.digest);
    if (truth !== null) kept.set(name, record); // a hundred thousand of them would fill the memory
  }
  const used = new Set(ids.values());
  let unused = used.size === 0 ? 0 : Math.max(...used);
  const jobs = images.map(({ input, id, index }): ImageJob => {
    const before = ids.get(input.name);
    const mine = before ?? (used.has(id) ? ++unused : id); // the list may have grown in the middle
    used.add(mine);
    unused = Math.max(unused, mine);
    return { input, index, id: mine, known: digests.get(input.name) ?? null };
  });
  return { jobs, kept };
}
