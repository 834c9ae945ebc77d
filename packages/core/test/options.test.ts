import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';

import {
  activate,
  attention,
  BatchNorm,
  Conv2d,
  conv2d,
  dropout,
  dropPath,
  GroupNorm,
  gridSample,
  groupNorm,
  LayerNorm,
  Linear,
  layerNorm,
  linear,
  Mlp,
  maxPool,
  ParamStore,
  resizeBilinear,
  resizeNearest,
  topK,
  useBackend,
} from '../src/index.ts';

beforeAll(async () => void (await useBackend('cpu')));

const map = () => tf.zeros([1, 4, 4, 4]) as tf.Tensor4D;
const scope = () => new ParamStore('zeros').root;
const any = (value: unknown) => value as never;

type Call = [call: (options: never) => unknown, good: object, ...faults: [name: string, value: unknown, got: string][]];

const calls: Record<string, Call> = {
  conv2d: [
    (o) => conv2d(map(), tf.zeros([1, 1, 4, 4]), o),
    {},
    ['activation', 'gelu', 'linear, relu'],
    ['strides', 0, 'a whole number of at least 1, or two'],
    ['padding', Number.NaN, 'a whole number'],
    ['groups', 0, 'a whole number of at least 1'],
  ],
  attention: [(o) => attention(map(), map(), map(), undefined, o), {}, ['scale', Number.NaN, 'a number']],
  maxPool: [
    (o) => maxPool(map(), o),
    { size: 2 },
    ['size', undefined, 'a whole number'],
    ['strides', 0, 'a whole number'],
  ],
  resizeBilinear: [(o) => resizeBilinear(map(), [2, 2], o), {}, ['alignCorners', 'yes', 'true or false']],
  gridSample: [(o) => gridSample(map(), tf.zeros([1, 1, 1, 2]), o), {}, ['alignCorners', 1, 'true or false']],
  groupNorm: [
    (o) => groupNorm(map(), tf.zeros([4]), tf.zeros([4]), o),
    { groups: 2, epsilon: 1e-5 },
    ['groups', 0, 'a whole number'],
    ['epsilon', Number.NaN, 'a number'],
  ],
  Linear: [
    (o) => new Linear(scope(), o),
    { inDim: 4, outDim: 4 },
    ['outDim', undefined, 'a whole number of at least 1'],
    ['init', 'xaver', 'xavier, torch or functions'],
    ['bias', 1, 'true or false'],
  ],
  Conv2d: [
    (o) => new Conv2d(scope(), o),
    { inDim: 8, outDim: 8, kernel: 3 },
    ['kernel', undefined, 'a whole number of at least 1'],
    ['stride', 0, 'a whole number of at least 1'],
    ['groups', 0, 'a whole number of at least 1'],
    ['groups', 3, 'a divisor of 8'],
    ['padding', Number.NaN, 'a whole number of at least 0'],
  ],
  GroupNorm: [
    (o) => new GroupNorm(scope(), o),
    { dim: 8, groups: 4 },
    ['dim', -1, 'a whole number of at least 1'],
    ['groups', 3, 'a divisor of 8'],
    ['epsilon', Number.NaN, 'a number of at least 0'],
  ],
  LayerNorm: [
    (o) => new LayerNorm(scope(), o),
    { dim: 8 },
    ['dim', 1.5, 'a whole number'],
    ['epsilon', -1, 'a number'],
  ],
  BatchNorm: [
    (o) => new BatchNorm(scope(), o),
    { dim: 8 },
    ['mode', 'frosen', 'frozen, batch'],
    ['momentum', Number.NaN, 'a number'],
  ],
};

it.each(Object.keys(calls))('%s refuses options that it does not know and that cannot be', (name) => {
  const [call, good, ...faults] = calls[name];
  const given = (options: unknown) => () => call(any(options));
  expect(given({ ...good, kernal: 3 })).toThrow(new RegExp(`^${name}: expected nothing but .*, got kernal 3$`));
  expect(given(null)).toThrow(`${name}: expected an object of options, got null`);
  for (const [field, value, expected] of faults) {
    expect(given({ ...good, [field]: value })).toThrow(
      new RegExp(`^${name}: expected ${expected}.* as ${field}, got `),
    );
  }
});

it.each<[() => unknown, string]>([
  [() => activate(map(), any('constructor')), 'activate: expected linear, relu, relu6'],
  [
    () => linear(map(), tf.zeros([4, 4]), undefined, any('sigmoid')),
    'linear: expected linear, relu as activation, got "sigmoid"',
  ],
  [() => new Linear(scope(), { inDim: 4, outDim: 4 }).forward(map(), any('gel')), 'activate: expected linear, relu'],
  [
    () => new GroupNorm(scope(), { dim: 4, groups: 2 }).forward(map(), any('gelu')),
    'expected linear, relu as activation',
  ],
  [() => topK(tf.zeros([1, 4]), Number.NaN), 'topK: expected a whole number of at least 0 and at most 4 as k, got NaN'],
  [
    () => layerNorm(map(), tf.zeros([4]), tf.zeros([4]), Number.NaN),
    'layerNorm: expected a number of at least 0 as epsilon',
  ],
  [() => resizeNearest(map(), any(4)), 'resizeNearest: expected a list of 2'],
  [() => resizeBilinear(map(), [Number.NaN, 4]), 'resizeBilinear: expected a list of 2'],
  [() => new Mlp([scope()], [4]), 'Mlp: expected a list of 2, each a whole number of at least 1 as dims, got [4]'],
  [() => new Mlp(any(null), [4]), 'Mlp: expected a list of scopes as scopes, got null'],
  [
    () => dropout(scope(), map(), Number.NaN),
    'dropout: expected a number of at least 0 and at most 1 as rate, got NaN',
  ],
  [() => dropPath(scope(), map(), 2), 'dropPath: expected a number of at least 0 and at most 1 as rate, got 2'],
  [
    () => new ParamStore(any('zero')),
    'ParamStore: expected null, zeros, shapes or tensors with keys and read as source',
  ],
  [
    () => scope().param('a', [1], () => tf.zeros([1]), any({ trainabel: false })),
    'ParamStore: a: expected nothing but stored, trainable',
  ],
])('%s', (call, message) => {
  expect(call).toThrow(message);
});
