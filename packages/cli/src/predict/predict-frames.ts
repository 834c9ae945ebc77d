import { createHash } from 'node:crypto';
import { FormatError } from '@seg/checkpoint';
import type { TimedImage } from '@seg/image';

import type { InputImage } from './input-images.ts';
import type { MetricsFile } from './metrics-file.ts';
import { Pace } from './pace.ts';
import { type ImageSettings, segmentOne } from './predict-image.ts';
import { writeWhole } from './predict-images.ts';
import type { RecordFile } from './record-file.ts';
import { RecordIndex } from './record-lines.ts';
import type { Report } from './report.ts';
import { ResultFiles } from './result-files.ts';
import type { ImageSegmenter } from './segmenter.ts';

/** Work of one run over frames. */
export type FramePrediction = ImageSettings & {
  records: RecordFile;
  metrics: MetricsFile | null;
  /** Asks to finish the frame at work, and to end. */
  signal: AbortSignal;
};

/** Name of a frame in the results: six digits order a million of them by name. */
export function frameInput(number: number): InputImage {
  const name = `frame-${String(number).padStart(6, '0')}`;
  return { file: `${name}.png`, name };
}

/**
 * Segments frames as they come. Pictures and record of each are on disk before the next is read; the files of all are written
 * however the frames end, of those that were whole.
 *
 * @returns False where the signal has ended it
 * @throws FormatError where a frame is cut, or none comes
 */
export async function predictFrames(
  segmenter: ImageSegmenter,
  frames: AsyncIterable<TimedImage>,
  prediction: FramePrediction,
  report: Report,
): Promise<boolean> {
  const pace = new Pace(null);
  report.progress(pace.line('frames'));
  const fault = await predictEach(segmenter, frames, prediction, report, pace);
  await prediction.metrics?.write(pace, true);
  if (pace.done > 0) await finish(prediction);
  if (prediction.signal.aborted) {
    report.stopped(prediction.out, pace.done, null);
    return false;
  }
  if (fault !== null) throw fault;
  report.finish(prediction.out, null, pace);
  return true;
}

/** @returns What is wrong with the frames, null behind the last */
async function predictEach(
  segmenter: ImageSegmenter,
  frames: AsyncIterable<TimedImage>,
  prediction: FramePrediction,
  report: Report,
  pace: Pace,
): Promise<Error | null> {
  const { signal, run, records, categories, metrics } = prediction;
  const iterator = frames[Symbol.asyncIterator]();
  for (let index = 0; !signal.aborted; index++) {
    const begin = performance.now();
    const next = await iterator.next().catch((error: unknown) => {
      if (error instanceof FormatError || signal.aborted) return error as Error;
      throw error;
    });
    if (next instanceof Error) return next;
    if (next.done) return null;
    const { image } = next.value;
    const digest = createHash('sha256').update(run).update(image.data).digest('hex');
    const input = frameInput(index);
    const outcome = await segmentOne(segmenter, prediction, { input, id: index + 1, index, digest, image }, begin);
    if (outcome.kind === 'done') await records.append(outcome.record);
    report.image(input, outcome, categories);
    pace.add(outcome);
    report.progress(pace.line(input.name));
    await metrics?.write(pace);
  }
  return null;
}

async function finish({ records, out, categories, task }: FramePrediction): Promise<void> {
  const index = new RecordIndex();
  await index.add(records.file);
  await writeWhole(new ResultFiles(out, categories), index, task === 'instance');
}
