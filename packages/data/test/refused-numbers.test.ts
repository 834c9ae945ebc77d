import { expect, test } from 'vitest';

import {
  augmentSample,
  batches,
  batchTensors,
  cachedDataset,
  copyPaste,
  cropRandomly,
  cropSample,
  generateScene,
  jitterScale,
  type MaskSample,
  mosaic,
  resizeSample,
  SceneDataset,
  splitEvenly,
  turnSample,
} from '../src/index.ts';
import { FileDataset } from '../src/node.ts';

const SAMPLE: MaskSample = {
  name: 'a.png',
  image: { data: new Uint8Array(3 * 4 * 4), width: 4, height: 4 },
  segments: [{ mask: { x: 0, y: 0, width: 1, height: 1, data: Uint8Array.of(1) }, category: 0, isCrowd: false }],
  unknown: null,
};
const dataset = { length: 3, read: async () => SAMPLE };
const half = () => 0.5;
const none = undefined as unknown as number;

test.each([
  [{ batchSize: 0 }, 'batchSize'],
  [{ batchSize: -1 }, 'batchSize'],
  [{ batchSize: 1.5 }, 'batchSize'],
  [{ batchSize: Number.NaN }, 'batchSize'],
  [{ batchSize: none }, 'batchSize'],
  [{ start: -1 }, 'start'],
  [{ start: 0.5 }, 'start'],
  [{ seed: Number.NaN }, 'seed'],
  [{ share: { rank: 2, size: 2 } }, 'share.rank'],
  [{ share: { rank: -1, size: 2 } }, 'share.rank'],
  [{ share: { rank: 0, size: 0 } }, 'share.size'],
  [{ share: {} as { rank: number; size: number } }, 'share.size'],
])('batches of %j are refused', async (changed, name) => {
  await expect(batches(dataset, { batchSize: 1, seed: 1, ...changed }).next()).rejects.toThrow(`as ${name}, got`);
});

const NORMAL = { mean: [0, 0, 0], std: [1, 1, 1] };

test.each([
  [{ std: [0, 1, 1] }, 'each a number above 0 as std, got [0,1,1]'],
  [{ std: [1, 1] }, 'as std, got [1,1]'],
  [{ std: [1, Number.NaN, 1] }, 'as std, got [1,null,1]'],
  [{ mean: [1] }, 'as mean, got [1]'],
  [{ mean: [1, 1, Number.POSITIVE_INFINITY] }, 'as mean, got [1,1,null]'],
  [{ rescale: Number.NaN }, 'rescale'],
  [{ rescale: 0 }, 'rescale'],
  [{ divisor: 0 }, 'divisor'],
  [{ divisor: 1.5 }, 'divisor'],
])('tensors of %j are refused', (changed, name) => {
  expect(() => batchTensors([SAMPLE], { ...NORMAL, ...changed })).toThrow(name);
});

test.each([Number.NaN, -1, 0.5])('a category of %s is refused, and a batch of nothing', (category) => {
  const strange = { ...SAMPLE, segments: [{ ...SAMPLE.segments[0], category }] };
  expect(() => batchTensors([strange], NORMAL)).toThrow('as category');
  expect(() => batchTensors([], NORMAL)).toThrow('expected samples, got none');
});

test.each([
  [{ kind: 'flip', chance: Number.NaN }, 'flip: expected a number of at least 0 and at most 1 as chance'],
  [{ kind: 'turn', chance: 2 }, 'turn: expected a number of at least 0 and at most 1 as chance'],
  [{ kind: 'mosaic', size: [4, 4] }, 'chance'],
  [{ kind: 'crop', size: [0, 0] }, 'size'],
  [{ kind: 'crop', size: [2.5, 2] }, 'size'],
  [{ kind: 'crop', size: [2, 2], leastShare: 50 }, 'leastShare'],
  [{ kind: 'crop', size: { least: 4, most: 2 } }, 'size.most'],
  [{ kind: 'scale-jitter', size: [4, Number.NaN] }, 'size'],
  [{ kind: 'scale-jitter', size: [4, 4], range: [2, 1] }, 'range'],
  [{ kind: 'shortest-edge', shortestEdges: [], longestEdge: 8 }, 'shortestEdges'],
  [{ kind: 'shortest-edge', shortestEdges: [0], longestEdge: 8 }, 'as shortestEdges, got [0]'],
  [{ kind: 'shortest-edge', shortestEdges: [4], longestEdge: Number.NaN }, 'longestEdge'],
  [{ kind: 'one-of', choices: [] }, 'choices'],
] as const)('a step of %j is refused', async (step, name) => {
  await expect(augmentSample(SAMPLE, [step as never], half)).rejects.toThrow(name);
});

test('changes of single samples refuse numbers that are none', () => {
  for (const quarters of [-1, 4, 0.5]) expect(() => turnSample(SAMPLE, quarters as 0)).toThrow('as quarters');
  expect(() => cropSample(SAMPLE, { x: -1, y: 0, width: 2, height: 2 })).toThrow('window.x');
  expect(() => cropRandomly(SAMPLE, { size: [2, 0] }, half)).toThrow('as size');
  expect(() => resizeSample(SAMPLE, [0, 4])).toThrow('as size');
  expect(() => jitterScale(SAMPLE, { size: [2, 2], range: [Number.NaN, 1] }, half)).toThrow('as range');
  expect(() => mosaic([SAMPLE, SAMPLE, SAMPLE, SAMPLE], { size: [1, 4] }, half)).toThrow('as size');
  expect(() => mosaic([SAMPLE] as never, { size: [4, 4] }, half)).toThrow('4 samples');
  expect(() => copyPaste(SAMPLE, SAMPLE, { share: 50 }, half)).toThrow('as share');
});

test('scenes and parts', () => {
  expect(() => generateScene({ seed: Number.NaN })).toThrow('as seed');
  for (const length of [-1, 1.5, Number.NaN]) {
    expect(() => new SceneDataset({ split: 'training', length })).toThrow('as length');
  }
  expect(() => splitEvenly([], [0.5, Number.NaN], 1)).toThrow('shares[1]');
  expect(() => splitEvenly([], [0.5, 0.6], 1)).toThrow('add up to 1');
  expect(() => cachedDataset(dataset, { bytes: Number.NaN })).toThrow('as bytes');
});

test.each([-1, 1, 0.5, Number.NaN])('a sample of number %s is refused', async (index) => {
  const scenes = new SceneDataset({ split: 'training', length: 1 });
  await expect(scenes.read(index)).rejects.toThrow('SceneDataset.read: expected an index from 0 to 0');
  const item = { name: 'a', file: 'a.png', size: null, count: null, sources: [], masks: () => Promise.reject() };
  const parts = { format: 'voc', task: 'semantic', path: '.', options: {}, categories: [], files: [], splits: [], split: null } as const; // biome-ignore format: one object
  const files = new FileDataset({ ...parts, items: [item] });
  await expect(files.read(index)).rejects.toThrow('FileDataset.read: expected an index from 0 to 0');
  await expect(files.readMasks(index)).rejects.toThrow('FileDataset.readMasks');
  await expect(files.info(index)).rejects.toThrow('FileDataset.info');
  expect(() => files.name(index)).toThrow('FileDataset.name');
});
