import { ANYTHING, expectOptions, expectValue, type OptionCheck } from '@seg/checkpoint/expect-options';
import { explainLoss, rehearse, releaseMemory, reviveBackend, runStepsInTurns, type Steps } from '@seg/core';
import type { Category, RgbImage } from '@seg/image';
import type { InstanceList, SegmentMap } from '@seg/postprocess';
import * as tf from '@tensorflow/tfjs-core';
import type { BatchPrediction } from './inference/batch-prediction.ts';
import { CallQueue } from './inference/call-queue.ts';
import { requireFinite } from './inference/finite-prediction.ts';
import { groupBySize } from './inference/group-by-size.ts';
import type { NetworkRuntime } from './inference/network-runtime.ts';
import { pacer } from './inference/pacer.ts';
import { keepEmbeddings, readEmbeddings, withEmbeddings, withoutEmbeddings } from './inference/query-embeddings.ts';
import type { DecodeOptions, Rule, Task } from './inference/task.ts';
import { expectLoading, SEGMENTER } from './load-checks.ts';
import { type LoadedModel, loadModel } from './load-model.ts';
import type { LoadOptions } from './open-model.ts';
import { preprocess } from './preprocess.ts';
import {
  checkOptions,
  SEGMENT,
  type SegmentBatchOptions,
  type SegmentOptions,
  STREAM,
  type StreamOptions,
} from './segment-options.ts';
import { checkedSegmenterOptions, type SegmenterOptions } from './segmenter-options.ts';
import type { FrameSource } from './stream/frame.ts';
import { segmentStream } from './stream/segment-stream.ts';
import type { StreamedFrame } from './stream/streamed-frame.ts';
import type { SegmentationModel } from './systems/system.ts';
import type { SegmentTracker } from './tracking/segment-tracker.ts';
import { checkedTrackerOptions, type SegmentTrackerOptions } from './tracking/tracker-options.ts';

type DescribedPrediction = { prediction: BatchPrediction; embeddings: tf.Tensor3D | null };

const A_MODEL: OptionCheck = [
  'a loaded model',
  (value) => typeof (value as Partial<LoadedModel> | null)?.model?.forward === 'function',
];

/** One image of 800 × 1333 has 1,066,400 pixels: a pass then takes what the papers' models take for one image. */
const BATCH_PIXELS = 2 ** 20;

/**
 * Images in, segments out. Owns its model. Calls that are made at once wait for each other: passes run one after the other,
 * and the event loop turns between layers, so that timers, requests and signals are answered in a server or a page. Where
 * WebGPU's device is lost, the call under way fails, and the next one has a new device and the weights again.
 */
export class Segmenter {
  readonly loaded: LoadedModel;
  private readonly queue: CallQueue;
  private readonly runtime: NetworkRuntime | undefined;
  private isDisposed = false;
  private rehearsedOn: tf.KernelBackend | undefined;

  /** @throws RangeError where `maxWaiting` is no whole number from 0 on, or `concurrency` none from 1 on */
  constructor(loaded: LoadedModel, options: SegmenterOptions = {}) {
    expectValue('Segmenter', 'loaded', loaded, A_MODEL);
    const { maxWaiting, concurrency } = checkedSegmenterOptions(options);
    this.loaded = loaded;
    this.queue = new CallQueue(concurrency, maxWaiting);
    this.runtime = options.runtime;
  }

  /** @param pathOrUrl Of a model folder, or `org/name[@revision]` on a hub; see {@link loadModel} */
  static async load(pathOrUrl: string, options: LoadOptions & SegmenterOptions = {}): Promise<Segmenter> {
    expectLoading('Segmenter.load', options, SEGMENTER);
    const { maxWaiting, concurrency, runtime, ...loading } = options;
    const own = { maxWaiting, concurrency, runtime };
    checkedSegmenterOptions(own); // before there is a model that nobody would own
    return new Segmenter(await loadModel(pathOrUrl, undefined, loading), own);
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
    return this.loaded.model.tasks;
  }

  /**
   * One image: overlapping instances, or a map in which every pixel has at most one segment.
   *
   * @throws Error naming the tasks that the model has, where it lacks this one; at once, where too many calls wait
   */
  segment(image: RgbImage, options: SegmentOptions & { task: 'instance' }): Promise<InstanceList>;
  segment(image: RgbImage, options?: SegmentOptions & { task?: 'panoptic' | 'semantic' }): Promise<SegmentMap>;
  segment(image: RgbImage, options?: SegmentOptions & { task?: Task }): Promise<InstanceList | SegmentMap>;
  async segment(image: RgbImage, options: SegmentOptions & { task?: Task } = {}) {
    expectOptions('Segmenter.segment', options, SEGMENT);
    return (await this.segmentBatch([image], options))[0];
  }

  /**
   * Several images, in their order. Images that have one size after resizing and padding share a pass; others do not,
   * since padding changes what these networks predict (group norms average over it, and no original masks it
   * throughout): the result of an image is the same in any company.
   *
   * @throws Error naming the tasks that the model has, where it lacks this one
   */
  segmentBatch(
    images: readonly RgbImage[],
    options: SegmentBatchOptions & { task: 'instance' },
  ): Promise<InstanceList[]>;
  segmentBatch(
    images: readonly RgbImage[],
    options?: SegmentBatchOptions & { task?: 'panoptic' | 'semantic' },
  ): Promise<SegmentMap[]>;
  segmentBatch(
    images: readonly RgbImage[],
    options?: SegmentBatchOptions & { task?: Task },
  ): Promise<(InstanceList | SegmentMap)[]>;
  async segmentBatch(images: readonly RgbImage[], options: SegmentBatchOptions & { task?: Task } = {}) {
    expectOptions('Segmenter.segmentBatch', options, { ...SEGMENT, batchPixels: ANYTHING });
    checkOptions(options);
    if (!Array.isArray(images)) throw new TypeError('Segmenter: expected a list of images, got something else');
    const decodeOptions = this.decodeOptions(options);
    const results = new Array<InstanceList | SegmentMap>(images.length);
    const { batchPixels = BATCH_PIXELS } = options;
    for (const group of groupBySize(images, this.loaded.preprocessing, batchPixels)) {
      const found = await this.inTurn(options.signal, () =>
        this.pass(
          group.map((i) => images[i]),
          decodeOptions,
          options.signal,
        ),
      );
      for (const [k, i] of group.entries()) results[i] = found[k];
    }
    return results;
  }

  /**
   * A video, a camera, or any other source of frames, one frame at a time. Ending the loop over it, an error, or the signal
   * let go of the source; frames that hold memory outside the heap are closed.
   *
   * @throws While it is read: the source's error, the signal's reason, or what `segment` throws
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
    whole: StreamOptions & { task?: Task } = {},
  ): AsyncIterableIterator<StreamedFrame<InstanceList | SegmentMap>> {
    expectOptions('Segmenter.stream', whole, STREAM);
    const { latest, signal, track = false, ...options } = whole;
    checkOptions(options);
    this.decodeOptions(options); // which refuses a task before a frame is read
    const tracker = track === false ? null : trackerOf(checkedTrackerOptions(track === true ? {} : track));
    tracker?.catch(() => {}); // told with the first frame
    const segment = async (image: RgbImage, signal: AbortSignal) => {
      if (tracker === null) return this.segment(image, { ...options, signal });
      const tracked = (await tracker).update(await this.segment(image, { ...options, signal, embeddings: true }));
      return options.embeddings ? tracked : withoutEmbeddings(tracked);
    };
    return segmentStream(source, segment, { latest, signal });
  }

  private decodeOptions({
    task = 'panoptic',
    threshold,
    rule = 'original',
    embeddings: queries = false,
  }: SegmentOptions & { task?: Task }): DecodeOptions {
    const { inference = {}, model } = this.loaded;
    checkSupport(model, task, rule);
    const { overlapThreshold, nmsThreshold, semanticRule } = inference;
    const scoreThreshold = threshold ?? (task === 'panoptic' ? inference.scoreThreshold : undefined);
    const thresholds = { scoreThreshold, overlapThreshold, nmsThreshold };
    return { task, things: this.things, rule, ...thresholds, semanticRule, queries };
  }

  /**
   * Runs a pass when those before it have ended.
   *
   * @throws Error where the model is gone or too many wait, the signal's reason where it ends
   */
  private async inTurn<T>(signal: AbortSignal | undefined, pass: () => Promise<T>): Promise<T> {
    return this.queue.run(() => {
      this.expectWanted(signal);
      return pass();
    }, signal);
  }

  /** @throws Error where the model is gone, the signal's reason where it ends */
  private expectWanted(signal: AbortSignal | undefined): void {
    signal?.throwIfAborted();
    if (this.isDisposed) throw new Error('Segmenter: expected a call before dispose(), got one after it');
  }

  /**
   * Runs the network, layer by layer where it can.
   *
   * @param turn Waits between layers
   * @returns The prediction, and the vectors of its queries where they are asked for; another runtime gives none
   */
  private async predict(pixels: tf.Tensor4D, { queries }: DecodeOptions, turn: Turn): Promise<DescribedPrediction> {
    const { model } = this.loaded;
    const { network, params } = model;
    if (this.runtime !== undefined) {
      const outputs = await this.runtime.forward(network, pixels);
      return { prediction: model.predictionOf(outputs, pixels), embeddings: null };
    }
    const run = (steps: Steps<object>) => runStepsInTurns(steps, turn);
    const forward = (): Steps<object> => network.forwardSteps?.(pixels) ?? inOneStep(() => network.forward(pixels));
    await this.makePipelines(forward, turn);
    const steps = forward();
    if (!queries) return { prediction: model.predictionOf(await run(steps), pixels), embeddings: null };
    const { outcome, embeddings } = await keepEmbeddings(params, model.embeddings, steps, run);
    return { prediction: model.predictionOf(outcome, pixels), embeddings };
  }

  /** Makes them before the first pass on a device, side by side, where the pass would wait for each. */
  private async makePipelines(forward: () => Steps<object>, turn: Turn): Promise<void> {
    if (this.rehearsedOn === tf.backend()) return;
    const { params } = this.loaded.model;
    const { observer } = params;
    const before = this.rehearsedOn;
    this.rehearsedOn = tf.backend(); // others that begin meanwhile do not rehearse, too
    params.observer = null; // there are no values to show
    try {
      await rehearse(forward as () => Steps<tf.TensorContainer>, turn);
    } catch (error) {
      this.rehearsedOn = before; // the next pass makes what this one, ended by its signal for one, has not
      throw error;
    } finally {
      params.observer = observer;
    }
  }

  /** @throws BackendError where WebGPU's device is lost meanwhile */
  private pass(
    images: RgbImage[],
    options: DecodeOptions,
    signal: AbortSignal | undefined,
  ): Promise<(InstanceList | SegmentMap)[]> {
    return this.passOnDevice(images, options, signal).catch(async (error: unknown) => {
      throw await explainLoss(error);
    });
  }

  /** Images of one size through the model together, decoded one after the other. */
  private async passOnDevice(
    images: RgbImage[],
    options: DecodeOptions,
    signal: AbortSignal | undefined,
  ): Promise<(InstanceList | SegmentMap)[]> {
    await reviveBackend();
    this.expectWanted(signal);
    this.loaded.model.params.restore();
    const pace = pacer();
    const turn = () => pace()?.then(() => this.expectWanted(signal));
    const { pixels, geometry } = preprocess(images, this.loaded.preprocessing);
    const { model } = this.loaded;
    const { prediction, embeddings } = await this.predict(pixels, options, turn).catch((error: unknown) => {
      pixels.dispose();
      throw error;
    });
    try {
      await turn();
      await requireFinite(prediction, model.params, () => model.forward(pixels));
      const vectors = embeddings && (await readEmbeddings(embeddings));
      const results = [];
      for (const [i, one] of geometry.entries()) {
        await turn();
        const found = await prediction.decode(i, one, options);
        results.push(options.queries ? withEmbeddings(found, vectors?.[i]) : found);
      }
      return results;
    } finally {
      embeddings?.dispose();
      prediction.dispose();
      pixels.dispose();
    }
  }

  /** Frees the model, and what the backend keeps for its passes. Calls that wait for their turn fail. */
  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.loaded.model.dispose();
    releaseMemory();
    void this.runtime?.dispose();
  }
}

/** Fetched when somebody asks for steady ids: pages that have photographs alone need none of it. */
async function trackerOf(options: SegmentTrackerOptions): Promise<SegmentTracker> {
  const { SegmentTracker } = await import('./tracking/segment-tracker.ts');
  return new SegmentTracker(options);
}

type Turn = () => Promise<void> | undefined;

// biome-ignore lint/correctness/useYield: a pass that cannot be divided
function* inOneStep<T>(pass: () => T): Steps<T> {
  return pass();
}

function checkSupport({ config, tasks, rules }: SegmentationModel, task: Task, rule: Rule): void {
  const { model } = config;
  if (!tasks.includes(task)) throw new Error(`Segmenter: expected task ${tasks.join(' or ')} of ${model}, got ${task}`);
  if (!rules.includes(rule)) {
    throw new Error(`Segmenter: expected rule ${rules.join(' or ')} of ${model}, which has no other, got ${rule}`);
  }
}
