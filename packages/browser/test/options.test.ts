import { expect, it } from 'vitest';

import { createSegmenterWorker, pictureBitmap, readPicture, SegmenterWorker } from '../src/index.ts';

const image = { data: new Uint8Array(3), width: 1, height: 1 };
const port = { addEventListener: () => {}, postMessage: () => {} };
const worker = new SegmenterWorker(port as never);

/** Calls with whatever a caller without types may give. */
const calls: Record<string, (options: never) => unknown> = {
  createSegmenterWorker: (o) => createSegmenterWorker(o),
  readPicture: (o) => readPicture(image, o),
  pictureBitmap: (o) => pictureBitmap(image as never, o),
  'SegmenterWorker.load': (o) => worker.load('nowhere', o),
  'SegmenterWorker.segment': (o) => worker.segment(image, o),
  'SegmenterWorker.segmentBatch': (o) => worker.segmentBatch([image], o),
  'SegmenterWorker.stream': (o) => worker.stream([image], o),
  'SegmenterWorker.finetune': (o) => worker.finetune({} as never, o),
};

it.each(Object.keys(calls))('%s refuses null and texts as options', async (name) => {
  const call = async (options: unknown) => calls[name](options as never);
  await expect(call(null)).rejects.toThrow(`${name}: expected an object of options, got null`);
  await expect(call('semantic')).rejects.toThrow(`${name}: expected an object of options, got "semantic"`);
});

it.each<[string, object, string]>([
  ['createSegmenterWorker', { wrker: 1 }, 'createSegmenterWorker: expected nothing but worker, got wrker'],
  ['readPicture', { maxside: 1 }, 'readPicture: expected nothing but maxSide, maxPixels, signal, got maxside'],
  ['pictureBitmap', { maxSide: Number.NaN }, 'readPicture: expected a whole number above 0 as maxSide, got NaN'],
  ['SegmenterWorker.segmentBatch', { transfer: 'yes' }, 'SegmenterWorker: expected true or false as transfer, got yes'],
  [
    'SegmenterWorker.finetune',
    { onnews: 1 },
    'SegmenterWorker.finetune: expected nothing but signal, onNews, got onnews',
  ],
])('%s refuses %j', async (name, options, message) => {
  await expect((async () => calls[name](options as never))()).rejects.toThrow(message);
});
