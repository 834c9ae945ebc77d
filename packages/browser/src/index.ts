/**
 * Segmentation in a page: a worker that loads and segments, so that the page answers meanwhile.
 *
 * @packageDocumentation
 */

export { createSegmenterWorker, type SegmenterWorkerOptions } from './create-segmenter-worker.ts';
export { pictureBitmap } from './pictures/picture-bitmap.ts';
export type { PictureOptions, PictureSource } from './pictures/picture-source.ts';
export { readPicture } from './pictures/read-picture.ts';
export { type FinetuneResult, SegmenterWorker } from './segmenter-worker.ts';
export { serveSegmenter } from './serve-segmenter.ts';
export type { FinetuneCall, FinetuneChoices, FinetuneNews } from './training/finetune-call.ts';
export { forgetTraining, keptTraining } from './training/kept-training.ts';
export type { WorkerLoadOptions } from './worker-load-options.ts';
