import path from 'node:path';
import type { Readable } from 'node:stream';
import { useBackend } from '@seg/core';

import { UsageError } from '../process/exit-code.ts';
import { finishOnSignal } from '../process/finish-on-signal.ts';
import { requireNewFiles } from '../process/new-files.ts';
import { takeLock } from '../process/run-lock.ts';
import type { Progress } from '../render/progress.ts';
import { backendFor } from './load-segmenter.ts';
import { MetricsFile } from './metrics-file.ts';
import { filesOfModel } from './model-digest.ts';
import { prepareOutFolder } from './out-folder.ts';
import type { PictureMaker } from './picture-maker.ts';
import { checkPipe, pipeFrames } from './pipe-frames.ts';
import { predictFrames } from './predict-frames.ts';
import { SHOWN_INSTANCES } from './predict-image.ts';
import { runDigest } from './predict-images.ts';
import { type PredictIo, type PredictOptions, refuseOptions, taskOf } from './predict-options.ts';
import { RecordFile, recordsName } from './record-file.ts';
import { jsonReport, type Report, textReport } from './report.ts';
import { WHOLE_FILES } from './result-files.ts';
import { headerOf } from './run-header.ts';
import type { ImageSegmenter } from './segmenter.ts';
import { trackingSegmenter } from './tracking-segmenter.ts';

/** Options that need to know what comes, or that it comes again. */
const OF_LISTS = ['list', 'root', 'shard', 'workers', 'batch', 'resume', 'images', 'groundTruth'] as const;

/** One shard of everything: nobody knows how many frames come. */
const ALL = { k: 1, n: 1, images: 0 };

/** `seg predict -`: frames on standard input, one after the other. */
export async function predictPipe(images: readonly string[], options: PredictOptions, io: PredictIo): Promise<void> {
  const { out, force = false, json, backend, runtime } = options;
  const { input = process.stdin } = io;
  if (images.length > 1) throw new UsageError('predict: expected - alone for standard input, got other images too');
  refuseOptions('- for standard input', options, OF_LISTS);
  if (options.onError === 'skip') {
    throw new UsageError('predict: expected - for standard input without --on-error skip, got both');
  }
  checkPipe(options);
  if (input.isTTY) throw new UsageError('predict: expected frames on standard input, got a terminal');
  const records = recordsName(ALL);
  await prepareOutFolder(out, [records, ...WHOLE_FILES], [], force);
  const metrics = await openMetrics(options, force);
  const release = await takeLock('predict', path.join(out, `.${records}.lock`));
  const request = finishOnSignal();
  const report = (json ? jsonReport : textReport)(io.print, io.note, io.progress);
  try {
    const started = await useBackend(backendFor(runtime, backend));
    report.start(started);
    const loaded = await io.load(options.model, runtime, request.signal).catch((error: unknown) => {
      if (request.signal.aborted) return null; // in the middle of a download, which the next run goes on with
      throw error;
    });
    const run = { input, progress: io.progress, makePictures: io.pictures, report, metrics, signal: request.signal };
    const isDone = loaded !== null && (await predictWith(loaded, options, run));
    if (!isDone) process.exitCode = request.code() ?? undefined;
  } finally {
    request.release();
    release();
  }
}

type Run = {
  input: Readable;
  progress: Progress;
  makePictures: () => PictureMaker;
  report: Report;
  metrics: MetricsFile | null;
  signal: AbortSignal;
};

async function predictWith(
  loaded: ImageSegmenter,
  options: PredictOptions,
  { input, progress, makePictures, report, metrics, signal }: Run,
): Promise<boolean> {
  const { out, threshold, track, force } = options;
  const segmenter = track ? await trackingSegmenter(loaded, threshold ?? SHOWN_INSTANCES) : loaded;
  const pictures = makePictures();
  const letGo = () => void input.destroy(); // which ends the wait for a frame that may never come
  signal.addEventListener('abort', letGo, { once: true });
  try {
    const { categories } = segmenter;
    const task = taskOf(segmenter, options.task);
    const header = await headerOf(options, segmenter, { task, categories, list: null, shard: ALL });
    const records = await RecordFile.create(out, header, force === true);
    const settings = { categories, task, threshold, out, run: runDigest(header), ...(track && { track }) };
    const frames = pipeFrames(input, options);
    return await predictFrames(segmenter, pictures, frames, { ...settings, records, metrics, signal }, report).finally(
      () => records.closeOrRemove(),
    );
  } finally {
    signal.removeEventListener('abort', letGo);
    progress.clear();
    await pictures.close();
    segmenter.dispose();
  }
}

async function openMetrics({ metrics, out, model }: PredictOptions, force: boolean): Promise<MetricsFile | null> {
  if (metrics === undefined) return null;
  const inputs = (await filesOfModel(model)) ?? [];
  await requireNewFiles('predict', { outputs: [metrics], inputs, folder: out, force });
  return new MetricsFile(metrics);
}
