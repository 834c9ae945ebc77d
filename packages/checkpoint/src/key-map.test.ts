import { expect, test } from 'vitest';
import { isDropped, type KeyMap, renamed, renamedBack } from './key-map.ts';
import type { ParamSource, StoredValue } from './param-source.ts';

const map: KeyMap = [
  { foreign: 'backbone.res{i+2}.{j}.conv1.{*}', ours: 'stages.{i}.layers.{j}.layer.0.{*}' },
  { foreign: 'attn.{i}.in_proj_weight', split: ['attn.{i}.q', 'attn.{i}.k', 'attn.{i}.v'] },
  { stack: ['up.{i}.gate', 'up.{i}.value'], ours: 'up.{i}.both' },
  { drop: '{*}.num_batches_tracked' },
];
const value = (first: number, rows: number): StoredValue => ({
  shape: [rows, 1],
  values: Float32Array.from({ length: rows }, (_, i) => first + i),
});
const foreign = new Map([
  ['backbone.res2.0.conv1.weight', value(1, 2)],
  ['attn.3.in_proj_weight', value(10, 6)],
  ['up.0.gate', value(20, 1)],
  ['up.0.value', value(30, 2)],
  ['kept', value(40, 1)],
]);
const source = (tensors: Map<string, StoredValue>): ParamSource => ({
  keys: () => tensors.keys(),
  read: (key) => tensors.get(key) ?? null,
});

test('keys are renamed with shifted indices, split, stacked, or kept', () => {
  const ours = renamed(source(foreign), map);
  expect([...ours.keys()]).toEqual([
    'stages.0.layers.0.layer.0.weight',
    'attn.3.q',
    'attn.3.k',
    'attn.3.v',
    'up.0.both',
    'kept',
  ]);
  expect(ours.read('attn.3.k')).toEqual({ shape: [2, 1], values: Float32Array.of(12, 13) });
  expect(ours.read('up.0.both')).toEqual({ shape: [3, 1], values: Float32Array.of(20, 30, 31) });
  expect(ours.read('absent')).toBeNull();
});

test('dropped keys disappear', () => {
  expect([...renamed(source(new Map([['bn.num_batches_tracked', value(0, 1)]])), map).keys()]).toEqual([]);
});

test('there and back gives the same keys and values', () => {
  const ours = renamed(source(foreign), [...map.slice(0, 2), map[3]]);
  const held = new Map([...ours.keys()].map((key) => [key, ours.read(key)!]));
  const back = renamedBack(held, [...map.slice(0, 2), map[3]]);
  expect(new Map([...back].sort())).toEqual(new Map([...foreign].sort()));
});

test('shapes are told without reading a value', () => {
  const shapes = new Map([...foreign].map(([key, { shape }]) => [key, shape]));
  const unread: ParamSource = {
    keys: () => shapes.keys(),
    shape: (key) => shapes.get(key) ?? null,
    read: (key) => {
      throw new Error(`expected no reading, got ${key}`);
    },
  };
  const ours = renamed(unread, map);
  expect([...ours.keys()].map((key) => ours.shape!(key))).toEqual([
    [2, 1],
    [2, 1],
    [2, 1],
    [2, 1],
    [3, 1],
    [1, 1],
  ]);
  expect(ours.shape!('absent')).toBeNull();
});

test('a stack of which a part is absent is absent', () => {
  const ours = renamed(source(new Map([['up.0.gate', value(20, 1)]])), map);
  expect(ours.read('up.0.both')).toBeNull();
  expect(ours.shape!('up.0.both')).toBeNull();
});

test('two foreign keys that become one of ours are refused, both named', () => {
  const both = source(
    new Map([
      ['old.w', value(1, 1)],
      ['new.w', value(2, 1)],
    ]),
  );
  const meeting: KeyMap = [
    { foreign: 'old.{*}', ours: 'x.{*}' },
    { foreign: 'new.{*}', ours: 'x.{*}' },
  ];
  expect(() => renamed(both, meeting)).toThrow('expected each parameter once, got old.w and new.w as x.w');
});

test('in a rule that drops, two rests may differ', () => {
  const slots: KeyMap = [{ drop: '{*}/slot/{*}' }];
  expect(isDropped(slots, 'conv/kernel/slot/momentum')).toBe(true);
  expect(isDropped(slots, 'conv/kernel')).toBe(false);
});
