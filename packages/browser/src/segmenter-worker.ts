import type { Category } from '@seg/image';
import type { FrameSource, SegmentBatchOptions, SegmentOptions, StreamedFrame, StreamOptions, Task } from '@seg/models';
import type { InstanceList, SegmentMap } from '@seg/postprocess';
import { expectObject } from './expect-object.ts';
import { lateIterator } from './late-iterator.ts';
import { foreignPixels } from './pictures/foreign-pixels.ts';
import { isA, type PictureOptions, type PictureSource } from './pictures/picture-source.ts';
import { type SentPicture, sentPicture } from './pictures/sent-picture.ts';
import type { LoadCall, LoadedInWorker, SegmentCall } from './serve-segmenter.ts';
import type { FinetuneCall, FinetuneNews } from './training/finetune-call.ts';
import { Calls } from './wire/calls.ts';
import { watchLife } from './wire/life.ts';
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
export type TransferOptions = Omit<PictureOptions, 'signal'> & {
  /** True gives pictures away instead of copying them: the caller's arrays and frames are empty then. Default: false. */
  transfer?: boolean;
};

/** Result of a training. */
export type FinetuneResult = {
  /** Files of the model folder by name. */
  files: Record<string, Uint8Array>;
  /** `finished`, or why it ended before. */
  reason: string;
  /** Steps that are done. */
  step: number;
};

/**
 * A `Segmenter` whose model and computations are in a worker: the same calls with the same results, and a page that answers
 * meanwhile. One model at a time: `load` frees the one before.
 */
export class SegmenterWorker {
  private readonly port: WorkerPort;
  private readonly calls: Calls;
  private current: LoadedInWorker | null = null;
  private streams = 0;

  /** @param port Of a worker that serves; see `createSegmenterWorker` */
  constructor(port: WorkerPort) {
    this.port = port;
    this.calls = new Calls(port);
    const crashed = (event: Event) => this.end(`a worker that runs, got ${describeCrash(event)}`);
    port.addEventListener('error', crashed);
    port.addEventListener('messageerror', crashed);
    const onNews = (news: unknown) => void (this.current = news as LoadedInWorker | null);
    this.calls.call('watch', null, { onNews }).catch(() => {}); // told by the calls of others
    this.calls.call('life', null).then(
      (name) => watchLife(name, () => this.end('a worker that runs, got one that was terminated')),
      () => {}, // told by the calls of others
    );
  }

  /**
   * Loads a model in the place of the one before, which stays where loading fails before the new one is built. One that is built
   * when the signal ends takes its place all the same: `isLoaded` and `categories` tell what the worker has.
   *
   * @param place URL of a model folder, `org/name[@revision]` on a hub (see `loadModel`), or the files of a folder
   * @throws FormatError, CheckpointError, BackendError or RangeError as `Segmenter.load`; the reason of `options.signal`; Error
   *   where the worker trains, unless the training was aborted, whose end is awaited
   */
  async load(place: string | URL | Iterable<File>, whole: WorkerLoadOptions = {}): Promise<this> {
    expectObject('SegmenterWorker.load', whole);
    const { signal, onProgress, ...options } = whole;
    const isText = typeof place === 'string' || place instanceof URL;
    const call: LoadCall = { place: isText ? String(place) : [...place], options };
    const onNews = onProgress as ((news: unknown) => void) | undefined;
    await this.calls.call('load', call, { signal, onNews });
    return this;
  }

  /**
   * True where the worker has a model. It may lose it without another: where a training fails that had begun, or a model that was
   * fetched cannot be built.
   */
  get isLoaded(): boolean {
    return this.current !== null;
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

  /**
   * One picture of any kind, as `Segmenter.segment`; the result has the size to which it was reduced, if it was.
   *
   * @throws FormatError where it cannot be read; Error of the worker; the reason of `options.signal`, at once
   */
  segment(
    image: PictureSource,
    options: SegmentOptions & TransferOptions & { task: 'instance' },
  ): Promise<InstanceList>;
  segment(
    image: PictureSource,
    options?: SegmentOptions & TransferOptions & { task?: 'panoptic' | 'semantic' },
  ): Promise<SegmentMap>;
  segment(
    image: PictureSource,
    options?: SegmentOptions & TransferOptions & { task?: Task },
  ): Promise<InstanceList | SegmentMap>;
  async segment(image: PictureSource, options: SegmentOptions & TransferOptions & { task?: Task } = {}) {
    expectObject('SegmenterWorker.segment', options);
    return (await this.segmentBatch([image], options))[0];
  }

  /** Several pictures, as `Segmenter.segmentBatch`. */
  segmentBatch(
    images: readonly PictureSource[],
    options: SegmentBatchOptions & TransferOptions & { task: 'instance' },
  ): Promise<InstanceList[]>;
  segmentBatch(
    images: readonly PictureSource[],
    options?: SegmentBatchOptions & TransferOptions & { task?: 'panoptic' | 'semantic' },
  ): Promise<SegmentMap[]>;
  segmentBatch(
    images: readonly PictureSource[],
    options?: SegmentBatchOptions & TransferOptions & { task?: Task },
  ): Promise<(InstanceList | SegmentMap)[]>;
  async segmentBatch(
    images: readonly PictureSource[],
    whole: SegmentBatchOptions & TransferOptions & { task?: Task } = {},
  ) {
    expectObject('SegmenterWorker.segmentBatch', whole);
    const { signal, transfer = false, ...options } = whole;
    if (typeof transfer !== 'boolean') {
      throw new RangeError(`SegmenterWorker: expected true or false as transfer, got ${transfer}`);
    }
    if (!Array.isArray(images)) throw new TypeError('SegmenterWorker: expected a list of images, got something else');
    const sent = await Promise.all(images.map((image) => sentPicture(image, { ...options, signal })));
    const pictures = sent.map(({ picture }) => picture);
    const made = sent.flatMap((one) => one.made);
    const own = transfer ? pictures.flatMap(transferablesOf) : [];
    const call: SegmentCall = { pictures, options };
    try {
      const given = [...new Set([...made, ...own])];
      return (await this.calls.call('segment', call, { signal, transfer: given })) as (InstanceList | SegmentMap)[];
    } catch (error) {
      if ((error as Error).name !== 'DataCloneError' || !pictures.some((one) => isA('ImageBitmap', one))) throw error;
      structuredClone(options); // which throws where it is they that cannot be sent
      throw foreignPixels(error);
    } finally {
      for (const bitmap of made) bitmap.close(); // of those that were not sent
    }
  }

  /**
   * A video, a camera, or any other source of frames, as `Segmenter.stream`: one frame at a time, with ids that stay where `track`
   * asks for them.
   */
  stream(
    source: FrameSource,
    options: StreamOptions & { task: 'instance' },
  ): AsyncIterableIterator<StreamedFrame<InstanceList>>;
  stream(
    source: FrameSource,
    options?: StreamOptions & { task?: 'panoptic' | 'semantic' },
  ): AsyncIterableIterator<StreamedFrame<SegmentMap>>;
  stream(
    source: FrameSource,
    options?: StreamOptions & { task?: Task },
  ): AsyncIterableIterator<StreamedFrame<InstanceList | SegmentMap>>;
  stream(
    source: FrameSource,
    options: StreamOptions & { task?: Task } = {},
  ): AsyncIterableIterator<StreamedFrame<InstanceList | SegmentMap>> {
    expectObject('SegmenterWorker.stream', options);
    const stream = ++this.streams;
    return lateIterator(async () => {
      const { workerStream } = await import('./worker-stream.ts'); // which a page without videos never needs
      return workerStream(this.calls, stream, source, options);
    });
  }

  /**
   * Fine-tunes a model on photographs in the worker, in the place of the model that was loaded; it is loaded at the end. The
   * training is kept in the page's database as it goes: the same call goes on, and one of the same name with other photographs,
   * annotations or choices begins anew. The model that was loaded stays until all is read and checked; `isLoaded` tells.
   *
   * @param options `onNews` hears of steps, validations and checkpoints
   * @returns The files of the model folder, to download or to load again
   * @throws FormatError where pictures and annotations do not fit, or the classes of the validation; RangeError at choices that are
   *   none; the reason of `signal`, at once; Error where the worker trains, unless that training was aborted, whose end is
   *   awaited; errors of `fit` of `@seg/train`
   */
  async finetune(
    call: FinetuneCall,
    options: { signal?: AbortSignal; onNews?: (news: FinetuneNews) => void } = {},
  ): Promise<FinetuneResult> {
    expectObject('SegmenterWorker.finetune', options, ['signal', 'onNews']);
    expectObject('SegmenterWorker.finetune: call', call);
    const { signal, onNews } = options;
    const heard = onNews as ((news: unknown) => void) | undefined;
    return (await this.calls.call('finetune', call, { signal, onNews: heard })) as FinetuneResult;
  }

  /** Ends a training behind the step at hand: its call answers with the model so far. */
  async stopTraining(): Promise<void> {
    await this.calls.call('stop', null);
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

/** Parts of a picture that can be given away. */
function transferablesOf(picture: SentPicture | string): Transferable[] {
  if (typeof picture === 'string' || isA('Blob', picture)) return [];
  return isA('ImageBitmap', picture) || isA('VideoFrame', picture) ? [picture] : buffersOf([picture?.data]);
}

/** Reason of an error event; a script that cannot be loaded has none. */
function describeCrash(event: Event): string {
  if (event.type === 'messageerror') return 'a message that cannot be read';
  const { message } = event as ErrorEvent;
  return message ? `an error in it (${message})` : 'none: its script cannot be loaded';
}
