import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';

import {
  attention,
  conv2d,
  deformableSampling,
  diceDistance,
  expectShapes,
  gelu,
  globalNorm,
  gridSample,
  groupNorm,
  layerNorm,
  linear,
  maskCrossEntropy,
  matMul,
  maxPool,
  mix,
  resizeBilinear,
  resizeNearest,
  samplePoints,
  sumOfPoints,
  topK,
  useBackend,
} from '../src/index.ts';

beforeAll(async () => void (await useBackend('cpu')));

// biome-ignore lint/suspicious/noExplicitAny: arguments that the types refuse too
type Any = any;
const map = (): Any => tf.ones([1, 4, 4, 4]);
const vector = (): Any => tf.ones([4]);

/** Calls with one argument in place of a tensor, and what it is called. */
const CALLS: [string, string, (given: Any) => unknown][] = [
  ['attention', 'query', (given) => attention(given, map(), map())],
  ['attention', 'value', (given) => attention(map(), map(), given)],
  ['conv2d', 'x', (given) => conv2d(given, map())],
  ['conv2d', 'filter', (given) => conv2d(map(), given)],
  ['deformableSampling', 'locations', (given) => deformableSampling(map(), given, map(), [[1, 1]])],
  ['diceDistance', 'targets', (given) => diceDistance(tf.ones([2, 3]), given)],
  ['gelu', 'x', (given) => gelu(given)],
  ['gridSample', 'grid', (given) => gridSample(map(), given)],
  ['groupNorm', 'gain', (given) => groupNorm(map(), given, vector(), { groups: 2, epsilon: 1e-5 })],
  ['layerNorm', 'bias', (given) => layerNorm(map(), vector(), given, 1e-5)],
  ['linear', 'x', (given) => linear(given, tf.ones([4, 4]))],
  ['linear', 'weight', (given) => linear(map(), given)],
  ['maskCrossEntropy', 'logits', (given) => maskCrossEntropy(given, tf.ones([2, 3]))],
  ['matMul', 'b', (given) => matMul(tf.ones([2, 2]), given)],
  ['maxPool', 'x', (given) => maxPool(given, { size: 2 })],
  ['mix', 'to', (given) => mix(map(), given, 0.5)],
  ['resizeBilinear', 'x', (given) => resizeBilinear(given, [2, 2])],
  ['resizeNearest', 'x', (given) => resizeNearest(given, [2, 2])],
  ['samplePoints', 'points', (given) => samplePoints(map(), given)],
  ['sumOfPoints', 'values', (given) => sumOfPoints(given)],
  ['topK', 'x', (given) => topK(given, 1)],
];

test.each(CALLS)('%s asks for a tensor as %s', (where, name, call) => {
  for (const given of [undefined, null, [1, 2], {}, 'x', Float32Array.of(1), Promise.resolve(map())]) {
    expect(() => call(given)).toThrow(`${where}: expected a tensor as ${name}, got `);
  }
});

test('a norm of no list of tensors, and shapes of no tensor', () => {
  for (const given of [undefined, null, {}, [null], [[1]]]) {
    expect(() => globalNorm(given as Any)).toThrow(
      'globalNorm: expected a list of any length, each a tensor as tensors',
    );
  }
  expect(() => expectShapes('head', { queries: [null as Any, ['N']] })).toThrow(
    'head: expected a tensor as queries, got null',
  );
});
