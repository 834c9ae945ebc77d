import { ParamStore, useBackend } from '@seg/core';
import { beforeAll, expect, it } from 'vitest';

import {
  AxialAttention,
  AxialAttention2d,
  cellCenters,
  DecoderLayer,
  DeformableAttention,
  DualPathTransformer,
  EncoderLayer,
  FeedForward,
  KerasBatchNorm,
  KerasConvNorm,
  MultiHeadAttention,
  paddedSinePosition,
  ReducedAttention,
  sinePosition,
  sinePositions,
  WindowAttention,
} from '../src/index.ts';

beforeAll(async () => void (await useBackend('cpu')));

it('positions and centers refuse sizes that are none', () => {
  const config = { dim: 8 };
  for (const side of [Number.NaN, 0, -1, 1.5, Number.POSITIVE_INFINITY, '2', null, undefined]) {
    const size = [2, side] as [number, number];
    const expected = 'a height and width of 1 or more';
    expect(() => sinePosition(2, side as number, config)).toThrow(`sinePosition: expected ${expected} as size`);
    expect(() => sinePositions([size], config)).toThrow(`each ${expected} as levels`);
    expect(() => paddedSinePosition(size, [1, 1], config)).toThrow(`expected ${expected} as size`);
    expect(() => cellCenters([size])).toThrow(`each ${expected} as levels`);
  }
  for (const value of [null, undefined, {}, 'x', Number.NaN]) {
    expect(() => sinePositions(value as never, config)).toThrow('sinePositions: expected a list');
    expect(() => paddedSinePosition(value as never, [1, 1], config)).toThrow('as size, got');
    expect(() => paddedSinePosition([2, 2], value as never, config)).toThrow('as valid, got');
    expect(() => cellCenters(value as never)).toThrow('cellCenters: expected a list');
  }
});

const scope = () => new ParamStore('zeros').root;
const heads = { dim: 8, numHeads: 2 };
const axial = { inDim: 8, keyDim: 8, valueDim: 8, numHeads: 2 };

type Call = [call: (options: never) => unknown, good: object, ...faults: [name: string, value: unknown, got: string][]];

const calls: Record<string, Call> = {
  MultiHeadAttention: [
    (o) => new MultiHeadAttention(scope(), o),
    heads,
    ['numHeads', 3, 'a divisor of 8'],
    ['projections', 'packd', 'packed, split'],
    ['dim', Number.NaN, 'a whole number'],
  ],
  WindowAttention: [
    (o) => new WindowAttention(scope(), o),
    { ...heads, window: 4 },
    ['numHeads', 3, 'a divisor of 8'],
    ['window', undefined, 'a whole number'],
    ['qkvBias', 1, 'true or false'],
  ],
  ReducedAttention: [
    (o) => new ReducedAttention(scope(), o),
    { ...heads, reduction: 2 },
    ['reduction', Number.NaN, 'a whole number'],
    ['numHeads', 3, 'a divisor of 8'],
  ],
  DeformableAttention: [
    (o) => new DeformableAttention(scope(), o),
    { ...heads, numLevels: 1, numPoints: 4 },
    ['numPoints', 0, 'a whole number'],
    ['numHeads', 3, 'a divisor of 8'],
  ],
  EncoderLayer: [
    (o) => new EncoderLayer(scope(), o),
    { ...heads, ffnDim: 16 },
    ['activation', 'rlu', 'linear, relu'],
    ['dropout', Number.NaN, 'a number'],
  ],
  DecoderLayer: [
    (o) => new DecoderLayer(scope(), o),
    { ...heads, ffnDim: 16 },
    ['activation', 'constructor', 'linear, relu'],
    ['ffnDim', undefined, 'a whole number'],
  ],
  FeedForward: [
    (o) => new FeedForward(scope(), o),
    { dim: 8, hiddenDim: 16 },
    ['activation', 'gel', 'linear, relu'],
    ['names', ['a'], 'a list of 2'],
  ],
  AxialAttention: [
    (o) => new AxialAttention(scope(), o),
    axial,
    ['keyDim', 3, 'a divisor of 3'],
    ['inDim', -1, 'a whole'],
  ],
  DualPathTransformer: [
    (o) => new DualPathTransformer(scope(), o),
    { pixelDim: 8, memoryDim: 8, dim: 8, numHeads: 2, ffnDim: 0 },
    ['dropPath', Number.NaN, 'a number'],
    ['memoryDim', undefined, 'a whole number'],
  ],
  KerasBatchNorm: [
    (o) => new KerasBatchNorm(scope(), o),
    { shape: [4] },
    ['gain', Number.NaN, 'a number'],
    ['shape', 4, 'a list'],
  ],
  KerasConvNorm: [
    (o) => new KerasConvNorm(scope(), o),
    { inDim: 8, outDim: 8, kernel: 'tokens' },
    ['kernel', 'token', 'a whole number of at least 1, or tokens'],
    ['stride', 0, 'a whole number'],
  ],
  sinePosition: [
    (o) => sinePosition(2, 2, o),
    { dim: 8 },
    ['temperature', Number.NaN, 'a number'],
    ['dim', 6, 'a multiple of 4'],
  ],
  sinePositions: [(o) => sinePositions([[2, 2]], o), { dim: 8 }, ['offset', Number.NaN, 'a number']],
  paddedSinePosition: [(o) => paddedSinePosition([2, 2], [1, 1], o), { dim: 8 }, ['dim', undefined, 'a whole number']],
};

it.each(Object.keys(calls))('%s refuses a config that it does not know and that cannot be', (name) => {
  const [call, good, ...faults] = calls[name];
  const given = (options: unknown) => () => call(options as never);
  expect(given({ ...good, numHead: 3 })).toThrow(new RegExp(`^${name}: expected nothing but .*, got numHead 3$`));
  expect(given(null)).toThrow(`${name}: expected an object of options, got null`);
  for (const [field, value, expected] of faults) {
    expect(given({ ...good, [field]: value })).toThrow(new RegExp(`^${name}: expected ${expected}.* as \\w+, got `));
  }
});

it('refuses the config of both axes', () => {
  expect(() => new AxialAttention2d(scope(), { ...axial, valueDim: 7 })).toThrow(
    'expected a divisor of 7 as numHeads, got 2',
  );
});
