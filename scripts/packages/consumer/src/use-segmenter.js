import { createSegmenterWorker } from '@seg/browser';
import { segmentInWorker } from './segment-in-worker.js';

globalThis.result = segmentInWorker(createSegmenterWorker());
