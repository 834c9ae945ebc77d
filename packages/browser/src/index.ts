/**
 * Segmentation in a page: a worker that loads and segments, so that the page answers meanwhile.
 *
 * @packageDocumentation
 */

export { createSegmenterWorker, type SegmenterWorkerOptions } from './create-segmenter-worker.ts';
export { SegmenterWorker } from './segmenter-worker.ts';
export { serveSegmenter } from './serve-segmenter.ts';
export type { WorkerLoadOptions } from './worker-load-options.ts';
