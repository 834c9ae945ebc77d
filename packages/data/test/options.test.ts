import type { Random } from '@seg/core';
import { expect, it } from 'vitest';

import {
  type AugmentStep,
  augmentSample,
  batches,
  batchTensors,
  cachedDataset,
  copyPaste,
  cropRandomly,
  generateMovingScene,
  generateScene,
  jitterScale,
  type MaskSample,
  mosaic,
  resizeShortestEdge,
  SceneDataset,
} from '../src/index.ts';
import {
  checkDataset,
  FileDataset,
  openDataset,
  openSplits,
  prefetch,
  splitDataset,
  writeCoco,
  writeCocoPanoptic,
  writeSceneSet,
  writeYolo,
} from '../src/node.ts';

const random: Random = () => 0.25;
const sample: MaskSample = {
  name: 'a',
  image: { data: new Uint8Array(12), width: 2, height: 2 },
  segments: [],
  unknown: { x: 0, y: 0, width: 0, height: 0, data: new Uint8Array(0) },
};
const none = {} as never;

/** Calls with whatever a caller without types may give. */
const calls: Record<string, (options: never) => unknown> = {
  openDataset: (o) => openDataset('nowhere', o),
  openSplits: (o) => openSplits('nowhere', o),
  checkDataset: (o) => checkDataset('nowhere', o),
  prefetch: (o) => prefetch(none, o).next(),
  batches: (o) => batches(none, o).next(),
  batchTensors: (o) => batchTensors([sample], o),
  cachedDataset: (o) => cachedDataset(none, o),
  SceneDataset: (o) => new SceneDataset(o),
  generateScene: (o) => generateScene(o),
  generateMovingScene: (o) => generateMovingScene(o).next(),
  writeCoco: (o) => writeCoco('nowhere', [], o),
  writeCocoPanoptic: (o) => writeCocoPanoptic('nowhere', [], o),
  writeYolo: (o) => writeYolo('nowhere', [], o),
  writeSceneSet: (o) => writeSceneSet('/dev/null/nowhere', o),
  splitDataset: (o) => splitDataset(none, o, 1),
  jitterScale: (o) => jitterScale(sample, o, random),
  resizeShortestEdge: (o) => resizeShortestEdge(sample, o, random),
  cropRandomly: (o) => cropRandomly(sample, o, random),
  mosaic: (o) => mosaic([sample, sample, sample, sample], o, random),
  copyPaste: (o) => copyPaste(sample, sample, o, random),
};

it.each(Object.keys(calls))('%s refuses options that it does not know, and null', async (name) => {
  const call = async (options: unknown) => calls[name](options as never);
  await expect(call({ spilt: 'val' })).rejects.toThrow(
    new RegExp(`^${name}: expected nothing but .*, got spilt "val"$`),
  );
  await expect(call(null)).rejects.toThrow(`${name}: expected an object of options, got null`);
});

it.each<[string, object, string]>([
  ['openDataset', { split: 5 }, 'openDataset: expected a text, or a list of texts as split, got 5'],
  ['openDataset', { images: 5 }, 'openDataset: expected a text as images, got 5'],
  ['checkDataset', { pixels: 'no' }, 'checkDataset: expected true or false as pixels, got "no"'],
  ['prefetch', { batchSize: 1, seed: Number.NaN }, 'prefetch: expected a number as seed, got NaN'],
  [
    'prefetch',
    { batchSize: 1, seed: 1, steps: [{ kind: 'flip', chances: 1 }] },
    'expected nothing but axis, chance, got chances 1',
  ],
  [
    'batches',
    { batchSize: 1, seed: 1, start: Number.NaN },
    'batches: expected a whole number of at least 0 as start, got NaN',
  ],
  [
    'batchTensors',
    { mean: [0, 0, 0], std: [1, 0, 1] },
    'batchTensors: expected a list of 3, each a number above 0 as std',
  ],
  ['cachedDataset', { bytes: Number.NaN }, 'cachedDataset: expected a number of at least 0 as bytes, got NaN'],
  [
    'SceneDataset',
    { split: 'trian', length: 1 },
    'SceneDataset: expected training, validation, testing as split, got "trian"',
  ],
  ['SceneDataset', { split: 'training', length: Number.NaN }, 'as length, got NaN'],
  ['generateScene', { seed: Number.NaN }, 'generateScene: expected a whole number as seed, got NaN'],
  ['writeCoco', { segmentation: 'polygon' }, 'writeCoco: expected rle, polygons as segmentation, got "polygon"'],
  ['writeYolo', { images: 'move' }, 'writeYolo: expected copy, link as images, got "move"'],
  ['cropRandomly', { size: [2, 2], keep: 'objects' }, 'cropRandomly: expected anything, object as keep, got "objects"'],
  [
    'jitterScale',
    { size: [2, Number.NaN] },
    'jitterScale: expected a list of 2, each a whole number of at least 1 as size',
  ],
  ['copyPaste', { share: Number.NaN }, 'copyPaste: expected a number of at least 0 and at most 1 as share, got NaN'],
])('%s refuses %j', async (name, options, message) => {
  await expect((async () => calls[name](options as never))()).rejects.toThrow(message);
});

it.each<[unknown, string]>([
  [{ kind: 'flip', chances: 1 }, 'augmentSample: flip: expected nothing but axis, chance, got chances 1'],
  [{ kind: 'flip', axis: 'both' }, 'augmentSample: flip: expected horizontal, vertical as axis, got "both"'],
  [
    { kind: 'crop', size: [2, 2], keep: 'objects' },
    'augmentSample: crop: expected anything, object as keep, got "objects"',
  ],
  [
    { kind: 'turn', chance: Number.NaN },
    'augmentSample: turn: expected a number of at least 0 and at most 1 as chance, got NaN',
  ],
  [{ kind: 'scale-jitter' }, 'augmentSample: scale-jitter: expected a list of 2'],
  [
    { kind: 'mosaic', size: [2, 2] },
    'augmentSample: mosaic: expected a number of at least 0 and at most 1 as chance, got none',
  ],
  [{ kind: 'flop' }, 'augmentSample: expected a known kind of step, got "flop"'],
  [null, 'augmentSample: expected a known kind of step, got null'],
])('the step %j is refused', async (step, message) => {
  await expect(augmentSample(sample, [step as AugmentStep], random)).rejects.toThrow(message);
});

it('places and images that there are not', async () => {
  await expect(openDataset(new URL('file:///a') as never)).rejects.toThrow(
    'openDataset: expected a text as place, got',
  );
  await expect(checkDataset(null as never)).rejects.toThrow('checkDataset: expected a text as place, got null');
  await expect(augmentSample(sample, null as never, random)).rejects.toThrow(
    'expected a list of steps as steps, got null',
  );
  const item = { name: 'a', file: 'a.png', size: null, masks: none };
  const dataset = new FileDataset({ items: [item], options: {} } as never);
  for (const index of [-1, 1, 0.5]) {
    const message = `expected an index from 0 to 0, got ${index}`;
    expect(() => dataset.name(index)).toThrow(message);
    await expect(dataset.read(index)).rejects.toThrow(message);
    await expect(dataset.info(index)).rejects.toThrow(message);
  }
});
