import { type BackendInfo, type BackendName, type BackendOptions, useBackend } from '@seg/core';
import type { RgbImage } from '@seg/image';
import { type ModelDescription, openModel, Segmenter, type SegmentOptions, type Task } from '@seg/models';

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
export type LoadCall = { place: string; options: Omit<WorkerLoadOptions, 'signal' | 'onProgress'> };

/** Call to segment images. */
export type SegmentCall = { images: RgbImage[]; options: Omit<SegmentOptions, 'signal'> & { task?: Task } };

/** Segments for whoever asks through a port. Holds one model at a time: the one before is freed before the next is built. */
export function serveSegmenter(port: CallPort): void {
  const server = new SegmenterServer();
  serveCalls(port, {
    load: (call: LoadCall, context) => server.load(call, context),
    segment: (call: SegmentCall, context) => server.segment(call, context),
  });
}

class SegmenterServer {
  private segmenter: Segmenter | null = null;

  async load({ place, options }: LoadCall, { signal, tell }: CallContext): Promise<LoadedInWorker> {
    const { backend: name = 'auto', threads, wasmPaths, timeLimit, maxWaiting, ...loading } = options;
    const backend = await startBackend(name, { threads, wasmPaths, timeLimit });
    signal.throwIfAborted();
    const opened = await openModel(place, undefined, { ...loading, signal, onProgress: tell });
    signal.throwIfAborted();
    this.segmenter?.dispose();
    this.segmenter = null;
    const { config, ...rest } = opened.description;
    const model = opened.build(opened.createParams());
    this.segmenter = new Segmenter({ model, fresh: opened.fresh, ...rest }, { maxWaiting });
    return { config, ...rest, tasks: opened.tasks, fresh: opened.fresh, backend };
  }

  async segment({ images, options }: SegmentCall, { signal }: CallContext) {
    if (this.segmenter === null) throw new Error('SegmenterWorker: expected a loaded model, got none');
    return this.segmenter.segmentBatch(images, { ...options, signal });
  }
}

function startBackend(name: BackendName | 'auto', options: BackendOptions): Promise<BackendInfo> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return useBackend(name, Object.fromEntries(given));
}
