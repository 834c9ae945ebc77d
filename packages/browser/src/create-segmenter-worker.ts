import { expectObject } from './expect-object.ts';
import { SegmenterWorker, type WorkerPort } from './segmenter-worker.ts';

/** Options of {@link createSegmenterWorker}. */
export type SegmenterWorkerOptions = {
  /**
   * Worker to use instead of this package's own: one that a build without `new URL(…, import.meta.url)` has made of
   * `@seg/browser/worker`.
   */
  worker?: Worker;
};

/**
 * Starts a worker that segments; it holds no model until `load` gives it one.
 *
 * ```js
 * const segmenter = await createSegmenterWorker().load('org/name', { onProgress, signal });
 * const { segments } = await segmenter.segment(image);
 * ```
 */
export function createSegmenterWorker(options: SegmenterWorkerOptions = {}): SegmenterWorker {
  expectObject('createSegmenterWorker', options, ['worker']);
  const { worker } = options;
  // this very form is the one that bundlers know: they build the worker and write its address here
  const port = worker ?? new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'seg' });
  return new SegmenterWorker(port as WorkerPort);
}
