import type { ParamSource } from '@seg/checkpoint/safetensors';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { useBackend } from '../backend/use-backend.ts';
import { type Steps, tidySteps } from '../steps.ts';
import * as init from './init.ts';
import { ones } from './init.ts';
import { OUT_IN } from './layouts.ts';
import { ParamStore } from './param-store.ts';

beforeAll(async () => {
  await useBackend('cpu');
});

function declare(params: ParamStore): void {
  params.root.param('linear.weight', [2, 3], ones, { stored: OUT_IN });
  params.root.param('linear.bias', [3], ones);
  params.root.param('scale', [1], ones, { required: false });
}

/** Knows shapes and fails when a value is read. */
function unread(shapes: Record<string, number[]>): ParamSource {
  return {
    keys: () => Object.keys(shapes),
    shape: (key) => shapes[key] ?? null,
    read: (key) => {
      throw new Error(`expected no reading, got ${key}`);
    },
  };
}

test('a store of zeros has keys and shapes and nothing else, and leaves nothing behind', async () => {
  const before = tf.memory().numTensors;
  const params = new ParamStore('zeros');
  declare(params);
  expect(params.keys()).toEqual(['linear.weight', 'linear.bias', 'scale']);
  expect([...(await params.get('linear.bias').data())]).toEqual([0, 0, 0]);
  params.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test('a checkpoint is compared in its own layout, without reading a value', () => {
  const params = new ParamStore('zeros');
  declare(params);
  params.expectFit(unread({ 'linear.weight': [3, 2], 'linear.bias': [3] }));
  const bad = unread({ 'linear.weight': [2, 3], counter: [], extra: [1] });
  expect(() => params.expectFit(bad, (key) => key === 'counter')).toThrow(
    /missing: linear\.bias\n {2}unexpected: extra\n {2}wrong shape: linear\.weight \[2, 3\], model has \[3, 2\]$/,
  );
  params.dispose();
});

test('a tensor of another shape is refused unread while the model is built', () => {
  const params = new ParamStore(unread({ 'linear.weight': [1000, 1000], 'linear.bias': [4] }));
  declare(params);
  expect(() => params.verify()).toThrow(
    /wrong shape: linear\.weight \[1000, 1000\], .*, linear\.bias \[4\], model has \[3\]$/,
  );
});

test('a store of shapes counts parameters and makes none; limits refuse the first that goes beyond', () => {
  const before = tf.memory().numTensors;
  const params = new ParamStore('shapes', { numbers: 20, parameters: 3 });
  params.root.param('weight', [4, 4], ones);
  params.root.param('bias', [4], ones);
  expect(params.size).toEqual({ numbers: 20, parameters: 2 });
  expect(() => params.root.param('more', [1], ones)).toThrow(
    'ParamStore: expected at most 20 numbers in 3 parameters, got more with more [1]',
  );
  params.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

/** A pass that rests between two uses of a derived tensor. */
function* passOf(params: ParamStore): Steps<tf.Tensor> {
  const [doubled] = params.derive('doubled', () => [tf.mul(params.get('scale'), 2)]);
  const first = tf.add(doubled!, 1);
  yield;
  return tf.add(first, doubled!);
}

const scaled = (): ParamStore => {
  const params = new ParamStore();
  params.root.param('scale', [1], ones);
  return params;
};

test('derived tensors live as long as a pass that rests, also where parameters have changed', async () => {
  const before = tf.memory().numTensors;
  const params = scaled();
  const passes = [0, 1, 2].map(() => tidySteps(passOf(params)));
  for (const pass of passes) {
    pass.next();
    params.get('scale').assign(tf.tidy(() => tf.add(params.get('scale'), 1)));
    params.touch();
  }
  const held = tf.memory().numTensors;
  const results = passes.map((pass) => pass.next().value as tf.Tensor);
  expect(results.map((result) => result.dataSync()[0])).toEqual([2 + 1 + 2, 4 + 1 + 4, 6 + 1 + 6]);
  expect(tf.memory().numTensors).toBe(held - 2); // each pass is its result, and two of three derived tensors have gone
  tf.dispose(results);
  params.dispose();
  expect(tf.memory().numTensors).toBe(before + 3); // what `assign` was given
});

test('a pass that ends early lets go of what it held', () => {
  const params = scaled();
  const before = tf.memory().numTensors;
  const pass = tidySteps(passOf(params));
  pass.next();
  params.touch();
  params.derive('doubled', () => [tf.mul(params.get('scale'), 2)]);
  pass.return(undefined as never);
  expect(tf.memory().numTensors).toBe(before + 1);
  params.dispose();
});

test('a pass that rests while its model goes says so', () => {
  const params = scaled();
  const pass = tidySteps(passOf(params));
  pass.next();
  params.dispose();
  expect(() => pass.next()).toThrow('doubled: expected a live model, got one that was disposed');
});

test('a store that was disposed has no keys, no layouts and no values to give', () => {
  const params = new ParamStore('zeros');
  params.root.param('a', [1], init.zeros);
  params.dispose();
  for (const ask of [() => params.keys(), () => params.get('a'), () => params.storedLayout('a')]) {
    expect(ask).toThrow('expected a live model, got one that was disposed');
  }
});

test('tensors for sizes of inputs are those of the last eight, and of passes that rest', () => {
  const params = scaled();
  const before = tf.memory().numTensors;
  const ofSize = (size: number) => params.constant('sizes', () => [tf.scalar(size)], `${size}`)[0]!;
  function* resting(): Steps<tf.Tensor> {
    const first = ofSize(0);
    yield;
    return tf.add(first, 1);
  }
  const pass = tidySteps(resting());
  pass.next();
  for (let size = 1; size <= 20; size++) expect(ofSize(size).dataSync()[0]).toBe(size);
  expect((pass.next().value as tf.Tensor).dataSync()[0]).toBe(1);
  expect(tf.memory().numTensors).toBe(before + 8 + 1);
  const kept = ofSize(13);
  for (let size = 21; size < 28; size++) ofSize(size); // the thirteenth has been used since the others
  expect(ofSize(13)).toBe(kept);
  expect(kept.isDisposed).toBe(false);
  expect(tf.memory().numTensors).toBe(before + 8 + 1);
  params.derive('sizes', () => [tf.mul(params.get('scale'), 2)], 'a');
  params.touch();
  params.derive('sizes', () => [tf.mul(params.get('scale'), 2)], 'a');
  expect(tf.memory().numTensors).toBe(before + 8 + 1);
  params.dispose();
});
