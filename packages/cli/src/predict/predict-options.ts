import type { Readable } from 'node:stream';
import type { BackendName } from '@seg/core';
import type { Task } from '@seg/models';

import type { Shard } from '../evaluate/shard.ts';
import { UsageError } from '../process/exit-code.ts';
import type { Progress } from '../render/progress.ts';
import type { ImageReader } from './image-reader.ts';
import type { AutoShard } from './list-shard.ts';
import type { Runtime } from './load-segmenter.ts';
import type { PictureMaker } from './picture-maker.ts';
import type { FrameSize, PipeOptions } from './pipe-frames.ts';
import type { ImageSegmenter } from './segmenter.ts';

/** Options of `seg predict`. */
export type PredictOptions = {
  model: string;
  /** Default: what the model is for. */
  task?: Task;
  backend: BackendName | 'auto';
  runtime: Runtime;
  out: string;
  threshold?: number;
  json?: boolean;
  /** Format of frames on standard input. */
  frames?: PipeOptions['frames'];
  size?: FrameSize;
  /** Ids stay from image to image. */
  track?: boolean;
  groundTruth?: string;
  /** COCO file whose ids the results get. */
  images?: string;
  onError: 'stop' | 'skip';
  resume?: boolean;
  force?: boolean;
  /** List of images: a text file or a COCO file. */
  list?: string;
  /** Folder that the names of the list are in. */
  root?: string;
  shard?: Shard | AutoShard;
  workers: number;
  /** Images in hand at once. */
  batch: number;
  metrics?: string;
};

/** Model and outputs of the command, replaced in tests. */
export type PredictIo = {
  load(folder: string, runtime: Runtime, signal: AbortSignal): Promise<ImageSegmenter>;
  /** Takes results. */
  print(text: string): void;
  /** Takes everything else. */
  note(text: string): void;
  progress: Progress;
  /** Reads images; in threads where it can. */
  reader(): ImageReader;
  /** Draws pictures; in a thread where it can. */
  pictures(): PictureMaker;
  /** Standard input. Default: the process's. */
  input?: Readable & { isTTY?: boolean };
};

/**
 * Refuses options that a video has no use for.
 *
 * @param what `-` or `--track`, for messages
 * @throws UsageError naming the first
 */
export function refuseOptions(what: string, options: PredictOptions, names: readonly (keyof PredictOptions)[]): void {
  const isGiven = (name: keyof PredictOptions) => {
    const value = options[name];
    return value !== undefined && value !== false && !((name === 'workers' || name === 'batch') && value === 1);
  };
  const given = names.find(isGiven);
  if (given === undefined) return;
  const flag = given.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new UsageError(`predict: expected ${what} without --${flag}, got both`);
}

/** @throws Error naming the tasks that the model has, where it lacks the one asked for */
export function taskOf({ tasks }: ImageSegmenter, asked: Task | undefined): Task {
  const task = asked ?? tasks[0];
  if (tasks.includes(task)) return task;
  throw new UsageError(`predict: expected --task ${tasks.join(' or ')} with this model, got ${task}`);
}
