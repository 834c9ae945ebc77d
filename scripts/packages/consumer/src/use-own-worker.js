import { createSegmenterWorker } from '@seg/browser';
import { segmentInWorker } from './segment-in-worker.js';

const worker = new Worker('seg-worker.js', { type: 'module' });
globalThis.result = segmentInWorker(createSegmenterWorker({ worker }));
