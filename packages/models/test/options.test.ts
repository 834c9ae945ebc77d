import type { RgbImage } from '@seg/image';
import { expect, it } from 'vitest';

import {
  createBackbone,
  fetchBounded,
  type LoadedModel,
  loadModel,
  ORIGINAL_PREPROCESSING,
  openLocation,
  openModel,
  openWeights,
  preprocess,
  preprocessedSize,
  Segmenter,
  SegmentTracker,
} from '../src/index.ts';

const image: RgbImage = { data: new Uint8Array(3), width: 1, height: 1 };
const loaded = {
  model: { forward: () => ({}), tasks: ['panoptic'], rules: ['original'], config: { model: 'tiny' } },
  categories: [],
} as unknown as LoadedModel;
const segmenter = new Segmenter(loaded);

/** Calls with whatever a caller without types may give. */
const calls: Record<string, (options: never) => unknown> = {
  loadModel: (o) => loadModel('nowhere', undefined, o),
  openModel: (o) => openModel('nowhere', undefined, o),
  openWeights: (o) => openWeights('nowhere', o),
  openLocation: (o) => openLocation('nowhere', o),
  fetchBounded: (o) => fetchBounded('http://127.0.0.1:1/a', o),
  createBackbone: (o) => createBackbone('resnet50', o),
  'Segmenter.load': (o) => Segmenter.load('nowhere', o),
  Segmenter: (o) => new Segmenter(loaded, o),
  'Segmenter.segment': (o) => segmenter.segment(image, o),
  'Segmenter.segmentBatch': (o) => segmenter.segmentBatch([image], o),
  'Segmenter.stream': (o) => segmenter.stream([image], o),
  SegmentTracker: (o) => new SegmentTracker(o),
};

it.each(Object.keys(calls))('%s refuses options that it does not know, null and a text', async (name) => {
  const call = async (options: unknown) => calls[name](options as never);
  await expect(call({ treshold: 0.5 })).rejects.toThrow(/^.*: expected nothing but .*, got treshold 0\.5$/);
  await expect(call(null)).rejects.toThrow(`${name}: expected an object of options, got null`);
  await expect(call('semantic')).rejects.toThrow(`${name}: expected an object of options, got "semantic"`);
});

it.each<[string, unknown, string]>([
  ['loadModel', { timeout: Number.NaN }, 'loadModel: expected a number above 0 as timeout, got NaN'],
  ['loadModel', { weights: false }, 'loadModel: expected nothing but'],
  ['openModel', { weights: 'no' }, 'openModel: expected true or false as weights, got "no"'],
  ['openWeights', { retries: Number.NaN }, 'openWeights: expected a whole number of at least 0 as retries, got NaN'],
  ['openLocation', { headers: 5 }, 'openLocation: expected an object of texts as headers, got 5'],
  ['openLocation', { token: 5 }, 'openLocation: expected a text as token, got 5'],
  ['openLocation', { revision: 5 }, 'openLocation: expected a text as revision, got 5'],
  ['fetchBounded', { maxBytes: Number.NaN }, 'fetchBounded: expected a number of at least 0 as maxBytes, got NaN'],
  ['fetchBounded', { signal: true }, 'fetchBounded: expected an AbortSignal as signal, got true'],
  [
    'createBackbone',
    { weights: 5 },
    'createBackbone: expected a path, URL or name, a source or tensors by key as weights',
  ],
  [
    'Segmenter.load',
    { runtime: 'onnx' },
    'Segmenter: expected a runtime with forward and dispose as runtime, got "onnx"',
  ],
  ['Segmenter.load', { threshold: 0.5 }, 'Segmenter.load: expected nothing but'],
  ['Segmenter', { maxWaiting: Number.NaN }, 'Segmenter: expected a whole number from 0 on as maxWaiting, got NaN'],
  ['Segmenter.segment', { task: 'panoptik' }, 'Segmenter: expected task panoptic of tiny, got panoptik'],
  ['Segmenter.segment', { threshold: Number.NaN }, 'Segmenter: expected a finite number as threshold, got NaN'],
  ['Segmenter.segment', { embeddings: 'yes' }, 'Segmenter.segment: expected true or false as embeddings, got "yes"'],
  ['Segmenter.stream', { track: 'yes' }, 'Segmenter.stream: expected true, false or options of a tracker as track'],
  [
    'Segmenter.stream',
    { track: { foo: 1 } },
    'SegmentTracker: expected nothing but memory, birthScore, maxTracks, got foo 1',
  ],
  ['SegmentTracker', { memory: Number.NaN }, 'SegmentTracker: expected a whole number from 0 on as memory, got NaN'],
])('%s refuses %j', async (name, options, message) => {
  await expect((async () => calls[name](options as never))()).rejects.toThrow(message);
});

it.each<[() => unknown, string]>([
  [() => loadModel(null as never), 'loadModel: expected a path, URL or name as pathOrUrl, got null'],
  [() => openModel(5 as never), 'openModel: expected a path, URL, name or folder as place, got 5'],
  [() => new Segmenter(null as never), 'Segmenter: expected a loaded model as loaded, got null'],
  [
    () => preprocess(null as never, ORIGINAL_PREPROCESSING),
    'preprocess: expected a list of images as images, got null',
  ],
  [() => preprocess([], null as never), 'preprocess: expected '],
  [
    () => preprocess([image], { ...ORIGINAL_PREPROCESSING, resize: { kind: 'shortest' } as never }),
    /preprocess: expected .* as preprocessing\.resize\.kind, got "shortest"/ as never,
  ],
  [
    () => preprocess([image], { ...ORIGINAL_PREPROCESSING, reachDivisor: 'crop' as never }),
    /preprocess: expected .* as preprocessing\.reachDivisor, got "crop"/ as never,
  ],
  [
    () => preprocessedSize(image, { ...ORIGINAL_PREPROCESSING, divisor: Number.NaN }),
    /preprocessedSize: expected .* as preprocessing\.divisor, got NaN/ as never,
  ],
])('what cannot be is refused: %s', async (call, message) => {
  await expect((async () => call())()).rejects.toThrow(message);
});
