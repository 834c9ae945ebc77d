import type { Category, RgbImage } from '@seg/image';
import type { SegmentBatchOptions, SegmentOptions, Task } from '@seg/models';
import type { InstanceList, SegmentMap } from '@seg/postprocess';

import type { LoadCall, LoadedInWorker, SegmentCall } from './serve-segmenter.ts';
import { Calls } from './wire/calls.ts';
import type { CallPort } from './wire/messages.ts';
import { buffersOf } from './wire/transferables.ts';
import type { WorkerLoadOptions } from './worker-load-options.ts';

/** A worker, or a port to one. */
export type WorkerPort = CallPort & {
  addEventListener(type: 'error' | 'messageerror', listen: (event: Event) => void): void;
  terminate?(): void;
  close?(): void;
};

/** Options of a call to a worker. */
export type TransferOptions = {
  /** True gives the pixels away instead of copying them: the caller's arrays are empty then. Default: false. */
  transfer?: boolean;
};

/**
 * A `Segmenter` whose model and computations are in a worker: the same calls with the same results, and a page that answers
 * meanwhile. One model at a time: `load` frees the one before.
 */
export class SegmenterWorker {
  private readonly port: WorkerPort;
  private readonly calls: Calls;
  private current: LoadedInWorker | null = null;

  /** @param port Of a worker that serves; see `createSegmenterWorker` */
  constructor(port: WorkerPort) {
    this.port = port;
    this.calls = new Calls(port);
    const crashed = (event: Event) => this.end(`a worker that runs, got ${describeCrash(event)}`);
    port.addEventListener('error', crashed);
    port.addEventListener('messageerror', crashed);
  }

  /**
   * Loads a model in the place of the one before, which stays where loading fails before the new one is built.
   *
   * @param pathOrUrl URL of a model folder, or `org/name[@revision]` on a hub; see `loadModel`
   * @throws FormatError, CheckpointError or BackendError as `Segmenter.load`; the reason of `options.signal`
   */
  async load(pathOrUrl: string, { signal, onProgress, ...options }: WorkerLoadOptions = {}): Promise<this> {
    const call: LoadCall = { place: pathOrUrl, options };
    const onNews = onProgress as ((news: unknown) => void) | undefined;
    this.current = (await this.calls.call('load', call, { signal, onNews })) as LoadedInWorker;
    return this;
  }

  /** Description of the model, its tasks, and the backend it is on. @throws Error where none is loaded */
  get loaded(): LoadedInWorker {
    if (this.current === null) throw new Error('SegmenterWorker: expected a loaded model, got none');
    return this.current;
  }

  get categories(): readonly Category[] {
    return this.loaded.categories;
  }

  /** Class indices of things. */
  get things(): ReadonlySet<number> {
    return new Set(this.categories.flatMap(({ isThing }, index) => (isThing ? [index] : [])));
  }

  /** Tasks that the model answers, first the one that it is for. */
  get tasks(): readonly Task[] {
    return this.loaded.tasks;
  }

  /** One image, as `Segmenter.segment`. @throws Error of the worker; the reason of `options.signal`, at once */
  segment(image: RgbImage, options: SegmentOptions & TransferOptions & { task: 'instance' }): Promise<InstanceList>;
  segment(
    image: RgbImage,
    options?: SegmentOptions & TransferOptions & { task?: 'panoptic' | 'semantic' },
  ): Promise<SegmentMap>;
  segment(
    image: RgbImage,
    options?: SegmentOptions & TransferOptions & { task?: Task },
  ): Promise<InstanceList | SegmentMap>;
  async segment(image: RgbImage, options: SegmentOptions & TransferOptions & { task?: Task } = {}) {
    return (await this.segmentBatch([image], options))[0];
  }

  /** Several images, as `Segmenter.segmentBatch`. */
  segmentBatch(
    images: readonly RgbImage[],
    options: SegmentBatchOptions & TransferOptions & { task: 'instance' },
  ): Promise<InstanceList[]>;
  segmentBatch(
    images: readonly RgbImage[],
    options?: SegmentBatchOptions & TransferOptions & { task?: 'panoptic' | 'semantic' },
  ): Promise<SegmentMap[]>;
  segmentBatch(
    images: readonly RgbImage[],
    options?: SegmentBatchOptions & TransferOptions & { task?: Task },
  ): Promise<(InstanceList | SegmentMap)[]>;
  async segmentBatch(
    images: readonly RgbImage[],
    { signal, transfer = false, ...options }: SegmentBatchOptions & TransferOptions & { task?: Task } = {},
  ) {
    const call: SegmentCall = { images: [...images], options };
    const found = await this.calls.call('segment', call, { signal, transfer: transfer ? buffersOf(call.images) : [] });
    return found as (InstanceList | SegmentMap)[];
  }

  /** Ends the worker and frees all that it held. Calls that wait fail. */
  dispose(): void {
    this.end('a call before dispose(), got one after it');
  }

  private end(expected: string): void {
    this.calls.close(new Error(`SegmenterWorker: expected ${expected}`));
    this.current = null;
    this.port.terminate?.();
    this.port.close?.();
  }
}

/** Reason of an error event; a script that cannot be loaded has none. */
function describeCrash(event: Event): string {
  if (event.type === 'messageerror') return 'a message that cannot be read';
  const { message } = event as ErrorEvent;
  return message ? `an error in it (${message})` : 'none: its script cannot be loaded';
}
