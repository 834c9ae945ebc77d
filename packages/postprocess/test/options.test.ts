import type { ImageGeometry, MaskPrediction } from '@seg/core';
import { expect, it } from 'vitest';

import {
  connectedComponents,
  instances,
  layInstances,
  maskNms,
  maskWiseMerge,
  matrixNms,
  maxDeepLabPanoptic,
  maxDeepLabSemantic,
  mergeMasks,
  panopticMap,
  type SoloOutput,
  scoreMasks,
  semanticMap,
  soloCandidates,
  soloInstances,
} from '../src/index.ts';

const size: [number, number] = [4, 4];
const geometry: ImageGeometry = { originalSize: size, resizedSize: size, paddedSize: size };
const prediction = {} as MaskPrediction;
const solo = {} as SoloOutput;
const things = new Set([0]);

/** Calls with whatever a caller without types may give. */
const calls: Record<string, (options: never) => unknown> = {
  panopticMap: (options) => panopticMap(prediction, geometry, options),
  instances: (options) => instances(prediction, geometry, options),
  semanticMap: (options) => semanticMap(prediction, geometry, options),
  maskWiseMerge: (options) => maskWiseMerge([], geometry, options),
  scoreMasks: (options) => scoreMasks([], geometry, options),
  mergeMasks: (options) => mergeMasks([], size, options),
  maxDeepLabPanoptic: (options) => maxDeepLabPanoptic(prediction, geometry, options),
  maxDeepLabSemantic: (options) => maxDeepLabSemantic(prediction, geometry, options),
  soloInstances: (options) => soloInstances(solo, geometry, options),
  soloCandidates: (options) => soloCandidates(solo, geometry, options),
  connectedComponents: (options) => connectedComponents([0], [1, 1], options),
  matrixNms: (options) => matrixNms([], options),
  layInstances: (options) => layInstances({ instances: [], width: 1, height: 1 }, options),
};

it.each(Object.keys(calls))('%s refuses options that it does not know, and null', async (name) => {
  const call = async (options: unknown) => calls[name](options as never);
  await expect(call({ treshold: 0.5 })).rejects.toThrow(/: expected nothing but .*, got treshold 0\.5$/);
  await expect(call(null)).rejects.toThrow(`${name}: expected an object of options, got null`);
});

it.each<[string, unknown, string]>([
  [
    'panopticMap',
    { things, rule: 'hugging_face' },
    'expected mask2former, maskformer, huggingface, huggingface-384 as',
  ],
  ['panopticMap', { things, rule: 'constructor' }, 'expected mask2former, maskformer, huggingface, huggingface-384 as'],
  ['panopticMap', { things: [0] }, 'panopticMap: expected a Set as things, got [0]'],
  ['panopticMap', undefined, 'panopticMap: expected a Set as things, got none'],
  ['panopticMap', { things, fuse: [0] }, 'expected a Set as fuse, got [0]'],
  ['panopticMap', { things, scoreThreshold: Number.NaN }, 'expected a number of 0 to 1 as scoreThreshold, got NaN'],
  ['instances', { rule: 'x' }, 'expected mask2former, huggingface, huggingface-384 as rule, got "x"'],
  ['instances', { topK: Number.NaN }, 'expected a whole number of 1 or more as topK, got NaN'],
  ['instances', { things: [0] }, 'expected a Set as things'],
  ['semanticMap', { rule: 'x' }, 'expected masks-first, scores-last, huggingface, huggingface-384 as rule, got "x"'],
  ['semanticMap', { things: [0] }, 'expected a Set as things'],
  ['maskWiseMerge', { things: [0] }, 'expected a Set as things'],
  ['maskWiseMerge', undefined, 'maskWiseMerge: expected a Set as things, got none'],
  ['maskWiseMerge', { things, alpha: Number.NaN }, 'expected a number of 0 or more as alpha, got NaN'],
  ['mergeMasks', { things, scoreThresholds: 0.5 }, 'expected a number each for things and stuff as scoreThresholds'],
  ['maxDeepLabPanoptic', { things, thingArea: '1' }, 'expected a number of 0 or more as thingArea, got "1"'],
  ['maxDeepLabSemantic', undefined, 'expected a Set as things, got none'],
  ['soloInstances', { nms: { kind: 'matrx' } }, 'soloInstances: expected matrix, mask as nms.kind, got "matrx"'],
  ['soloInstances', { nms: { kind: 'matrix', kernel: 'gauss' } }, 'expected gaussian, linear as kernel, got "gauss"'],
  ['soloInstances', { nms: { kind: 'mask', sigma: 2 } }, 'expected nothing but kind, threshold, got sigma 2'],
  ['soloInstances', { maxInstances: Number.NaN }, 'as maxInstances, got NaN'],
  ['connectedComponents', { neighbors: 6 }, 'connectedComponents: expected 4, 8 as neighbors, got 6'],
  ['connectedComponents', { neighbors: '8' }, 'connectedComponents: expected 4, 8 as neighbors, got "8"'],
  ['matrixNms', { kernel: 'gauss' }, 'matrixNms: expected gaussian, linear as kernel, got "gauss"'],
  ['matrixNms', { sigma: Number.NaN }, 'matrixNms: expected a number of 0 or more as sigma, got NaN'],
  ['layInstances', { threshold: Number.NaN }, 'layInstances: expected a number of 0 to 1 as threshold, got NaN'],
  ['layInstances', { things: [0] }, 'layInstances: expected a Set as things'],
])('%s refuses %j', async (name, options, message) => {
  await expect((async () => calls[name](options as never))()).rejects.toThrow(message);
});

it.each<[() => unknown, string]>([
  [() => layInstances(null as never), 'layInstances: expected instances with their width and height as list, got null'],
  [() => matrixNms(null as never), 'matrixNms: expected a list of masks as masks, got null'],
  [() => maskNms(null as never), 'maskNms: expected a list of masks as masks, got null'],
  [() => maskNms([], Number.NaN), 'maskNms: expected a number of 0 to 1 as threshold, got NaN'],
  [() => connectedComponents(null as never, size), 'connectedComponents: expected 16 labels, got null'],
  [() => panopticMap(null as never, geometry, { things }), 'panopticMap: expected masks and classes as prediction'],
])('what has to be there is asked for: %s', async (call, message) => {
  await expect((async () => call())()).rejects.toThrow(message);
});
