import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';

import { useBackend } from './backend/use-backend.ts';
import { init, ParamStore, recordKernels } from './index.ts';
import { layerNorm } from './kernels/layer-norm/layer-norm.ts';

beforeAll(async () => void (await useBackend('cpu')));

test('kernels are told in order, with inputs, attributes and outputs; those inside kernels are not', () => {
  const calls: string[] = [];
  const y = recordKernels(
    ({ kernel, inputs, attrs, outputs }) =>
      calls.push(`${kernel} ${Object.keys(inputs)} ${Object.keys(attrs)} ${outputs.map(({ shape }) => shape)}`),
    () => tf.tidy(() => tf.relu(layerNorm(tf.ones([2, 3]), tf.ones([3]), tf.zeros([3]), 1e-5))),
  );
  expect(calls.filter((call) => !/Fill|ZerosLike/.test(call))).toEqual([
    'SegLayerNorm x,gain,bias epsilon 2,3',
    'Relu x  2,3',
  ]);
  y.dispose();
});

test('nothing is told afterwards, also where the computation throws', () => {
  const calls: string[] = [];
  const listener = ({ kernel }: { kernel: string }) => calls.push(kernel);
  const failing = () =>
    recordKernels(listener, () => {
      throw new Error('mine');
    });
  expect(failing).toThrow('mine');
  tf.relu(tf.ones([1])).dispose();
  expect(calls).toEqual([]);
});

test('a store names parameters and what was derived of them, and nothing else', () => {
  const params = new ParamStore();
  const weight = params.root.at('layer').param('weight', [2], init.ones);
  const [, twice] = params.root.derive('folded', () => [tf.zeros([1]), tf.mul(weight, 2)]);
  expect(params.nameOf(weight)).toBe('layer.weight');
  expect(params.nameOf(tf.reshape(weight, [1, 2]))).toBe('layer.weight');
  expect(params.nameOf(twice)).toBe('folded.1');
  expect(params.nameOf(tf.ones([2]))).toBeUndefined();
  params.dispose();
});
