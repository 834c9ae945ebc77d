import { type BackendInfo, type BackendName, type BackendOptions, useBackend } from '@seg/core';
import type { RgbImage } from '@seg/image';
import {
  checkedSegmenterOptions,
  type ModelDescription,
  openModel,
  Segmenter,
  type SegmentOptions,
  SegmentTracker,
  type SegmentTrackerOptions,
  type Task,
  withoutEmbeddings,
} from '@seg/models';

import { folderOfFiles } from './folder-of-files.ts';

import type { PictureOptions } from './pictures/picture-source.ts';
import { readPicture } from './pictures/read-picture.ts';
import { closePicture, type SentPicture } from './pictures/sent-picture.ts';
import type { FinetuneCall } from './training/finetune-call.ts';
import { holdLife } from './wire/life.ts';
import type { CallPort } from './wire/messages.ts';
import { type CallContext, serveCalls } from './wire/serve-calls.ts';
import type { WorkerLoadOptions } from './worker-load-options.ts';

/** Description of what a worker has loaded. */
export type LoadedInWorker = Omit<ModelDescription, 'config'> & {
  config: ModelDescription['config'];
  tasks: readonly Task[];
  /** Keys of parameters that the weights did not give. */
  fresh: readonly string[];
  backend: BackendInfo;
};

/** Call to load a model. */
export type LoadCall = { place: string | File[]; options: Omit<WorkerLoadOptions, 'signal' | 'onProgress'> };

/** Call to segment images. */
export type SegmentCall = {
  /** Pictures, or the address of one. */
  pictures: (SentPicture | string)[];
  options: Omit<SegmentOptions, 'signal'> & Omit<PictureOptions, 'signal'> & { task?: Task; track?: TrackCall };
};

/** Stream whose objects keep their ids. */
type TrackCall = { stream: number; options: SegmentTrackerOptions };

/** Training under way. */
type ServedTraining = {
  /** Ends it behind its step. */
  stop: AbortController;
  /** Aborted where its caller has given up. */
  given: AbortSignal;
  /** Resolves at its end, whatever that is. */
  ended: Promise<unknown>;
};

/** Segments for whoever asks through a port. Holds one model at a time: the one before is freed before the next is built. */
export function serveSegmenter(port: CallPort): void {
  const server = new SegmenterServer();
  serveCalls(port, {
    life: holdLife,
    watch: (_: null, context) => server.watch(context),
    load: (call: LoadCall, context) => server.load(call, context),
    segment: (call: SegmentCall, context) => server.segment(call, context),
    forget: (stream: number) => server.forget(stream),
    finetune: (call: FinetuneCall, context) => server.finetune(call, context),
    stop: () => server.stop(),
  });
}

class SegmenterServer {
  private segmenter: Segmenter | null = null;
  private readonly trackers = new Map<number, SegmentTracker>();
  private training: ServedTraining | null = null;
  private backend: BackendInfo | null = null;
  private tellModel = (_: LoadedInWorker | null): void => {};

  /** Tells which model there is whenever that changes, before the call that changed it is answered. Never answers itself. */
  watch({ tell }: CallContext): Promise<never> {
    this.tellModel = tell;
    return new Promise(() => {});
  }

  async load({ place, options }: LoadCall, { signal, tell }: CallContext): Promise<void> {
    await this.expectNoTraining();
    const { backend: name = 'auto', threads, wasmPaths, timeLimit, halfStorage, ...others } = options;
    const { maxWaiting, concurrency, ...loading } = others;
    checkedSegmenterOptions({ maxWaiting, concurrency }); // before the model of before is given up
    const backend = await startBackend(name, { threads, wasmPaths, timeLimit, halfStorage });
    this.backend = backend;
    signal.throwIfAborted();
    const folder = typeof place === 'string' ? place : folderOfFiles(place);
    const opened = await openModel(folder, undefined, { ...loading, signal, onProgress: tell });
    await this.expectNoTraining(); // one may have begun meanwhile
    signal.throwIfAborted();
    this.free();
    const { config, ...rest } = opened.description;
    const model = opened.build(opened.createParams());
    const segmenter = new Segmenter({ model, fresh: opened.fresh, ...rest }, { maxWaiting, concurrency });
    this.take(segmenter, { config, ...rest, tasks: opened.tasks, fresh: opened.fresh, backend });
  }

  private free(): void {
    if (this.segmenter === null) return;
    this.segmenter.dispose();
    this.segmenter = null;
    this.tellModel(null);
  }

  private take(segmenter: Segmenter, loaded: LoadedInWorker): void {
    this.free();
    this.segmenter = segmenter;
    this.tellModel(loaded);
  }

  async segment(
    { pictures, options: { maxSide, maxPixels, track, ...options } }: SegmentCall,
    { signal }: CallContext,
  ) {
    this.expectModel();
    const images = await readPictures(pictures, { maxSide, maxPixels, signal });
    const segmenter = this.expectModel(); // which a training may have taken meanwhile
    if (track === undefined) return segmenter.segmentBatch(images, { ...options, signal });
    const found = await segmenter.segment(images[0], { ...options, embeddings: true, signal });
    signal.throwIfAborted(); // the stream may have been forgotten
    return [withoutEmbeddings(this.trackerOf(track).update(found))];
  }

  private expectModel(): Segmenter {
    if (this.segmenter === null) throw new Error('SegmenterWorker: expected a loaded model, got none');
    return this.segmenter;
  }

  /** Tracker of a stream, which keeps it until it is forgotten. */
  private trackerOf({ stream, options }: TrackCall): SegmentTracker {
    const tracker = this.trackers.get(stream) ?? new SegmentTracker(options);
    this.trackers.set(stream, tracker);
    return tracker;
  }

  /** Lets go of a stream that has ended. */
  forget(stream: number): void {
    this.trackers.delete(stream);
  }

  /** Trains in the place of the model that was loaded, which goes when all is read and checked, and has the one that it gives. */
  async finetune(call: FinetuneCall, context: CallContext) {
    await this.expectNoTraining();
    context.signal.throwIfAborted();
    const stop = new AbortController();
    const run = this.train(call, context, stop.signal);
    const over = () => void (this.training = null);
    this.training = { stop, given: context.signal, ended: run.then(over, over) };
    return run;
  }

  private async train(call: FinetuneCall, { signal, tell }: CallContext, stop: AbortSignal) {
    const { finetune } = await import('./training/finetune.ts'); // which most pages never need
    if (call.backend !== undefined || this.backend === null) {
      this.backend = await startBackend(call.backend ?? 'auto', {});
    }
    const { backend } = this;
    const ears = { tell, begin: () => this.free() };
    const { files, segmenter, reason, step } = await finetune(call, AbortSignal.any([signal, stop]), ears);
    const { model, ...rest } = segmenter.loaded;
    const { config, tasks } = model;
    this.take(segmenter, { ...rest, config, tasks, fresh: [], backend });
    return { files: Object.fromEntries(files), reason, step };
  }

  /** Waits for the end of a training whose caller has given up. @throws Error where one is under way */
  private async expectNoTraining(): Promise<void> {
    while (this.training?.given.aborted) await this.training.ended;
    if (this.training === null) return;
    throw new Error('SegmenterWorker: expected a worker that does not train, got one in a training');
  }

  /** Ends a training behind its step, with a checkpoint and the model so far. */
  stop(): void {
    this.training?.stop.abort();
  }
}

/** Reads pictures one after the other, and frees all of them. */
async function readPictures(pictures: SegmentCall['pictures'], options: PictureOptions): Promise<RgbImage[]> {
  const images: RgbImage[] = [];
  try {
    for (const picture of pictures) {
      images.push(await readPicture(typeof picture === 'string' ? new URL(picture) : picture, options));
    }
    return images;
  } finally {
    for (const picture of pictures) if (typeof picture !== 'string') closePicture(picture);
  }
}

function startBackend(name: BackendName | 'auto', options: BackendOptions): Promise<BackendInfo> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return useBackend(name, Object.fromEntries(given));
}
