import { createHash } from 'node:crypto';
import { FormatError } from '@seg/checkpoint';
import type { TimedImage } from '@seg/image';

import type { InputImage } from './input-images.ts';
import type { MetricsFile } from './metrics-file.ts';
import { Pace } from './pace.ts';
import type { PictureMaker } from './picture-maker.ts';
import { type ImageOutcome, type ImageSettings, predictOne } from './predict-image.ts';
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
 * Segments frames as they come. Pictures of each are drawn and written while the next is segmented, then its record; the files
 * of all are written however the frames end, of those that were whole.
 *
 * @returns False where the signal has ended it
 * @throws FormatError where a frame is cut, or none comes
 */
export async function predictFrames(
  segmenter: ImageSegmenter,
  pictures: PictureMaker,
  frames: AsyncIterable<TimedImage>,
  prediction: FramePrediction,
  report: Report,
): Promise<boolean> {
  const pace = new Pace(null);
  report.progress(pace.line('frames'));
  const settle = async (input: InputImage, ending: Promise<ImageOutcome>) => {
    const outcome = await ending;
    if (outcome.kind === 'done') await prediction.records.append(outcome.record);
    report.image(input, outcome, prediction.categories);
    pace.add(outcome);
    report.progress(pace.line(input.name));
    await prediction.metrics?.write(pace);
  };
  const fault = await predictEach(segmenter, pictures, frames, prediction, settle);
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
  pictures: PictureMaker,
  frames: AsyncIterable<TimedImage>,
  prediction: FramePrediction,
  settle: (input: InputImage, outcome: Promise<ImageOutcome>) => Promise<void>,
): Promise<Error | null> {
  const { signal, run } = prediction;
  const iterator = frames[Symbol.asyncIterator]();
  let before: Promise<void> = Promise.resolve();
  try {
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
      const frame = { input: frameInput(index), id: index + 1, index, digest, image };
      const { outcome } = await predictOne(segmenter, pictures, prediction, frame, begin);
      await before;
      before = settle(frame.input, outcome);
      before.catch(() => {}); // told before the next frame, or at the end
    }
    return null;
  } finally {
    await before;
  }
}

async function finish({ records, out, categories, task }: FramePrediction): Promise<void> {
  const index = new RecordIndex();
  await index.add(records.file);
  await writeWhole(new ResultFiles(out, categories), index, task === 'instance');
}
