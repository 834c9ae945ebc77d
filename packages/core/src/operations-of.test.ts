import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { attention } from './kernels/attention/attention.ts';
import { conv2d } from './kernels/conv2d/conv2d.ts';
import { deformableSampling } from './kernels/deformable-sampling/deformable-sampling.ts';
import { linear } from './kernels/linear/linear.ts';
import { matMul } from './kernels/mat-mul/mat-mul.ts';
import { positionedLinear } from './kernels/positioned-linear/positioned-linear.ts';
import { summedConv } from './kernels/summed-conv/summed-conv.ts';
import { operationsOf } from './operations-of.ts';
import { recordKernels } from './record-kernels.ts';

function count(run: () => tf.Tensor): number {
  let sum = 0;
  tf.tidy(() => {
    recordKernels((call) => {
      sum += operationsOf(call);
    }, run);
  });
  return sum;
}

onEveryBackend('operations of kernels', () => {
  // each is 2 · (numbers that come out) · (products that one is a sum of)
  test('products and convolutions', () => {
    expect(count(() => linear(tf.zeros([5, 7]), tf.zeros([7, 3])))).toBe(2 * 5 * 3 * 7);
    expect(count(() => matMul(tf.zeros([2, 7, 5]), tf.zeros([2, 7, 3]), true))).toBe(2 * 2 * 5 * 3 * 7);
    const convolution = () => conv2d(tf.zeros([1, 9, 9, 4]), tf.zeros([3, 3, 4, 6]), { strides: 2, padding: 1 });
    expect(count(convolution)).toBe(2 * (5 * 5 * 6) * (3 * 3 * 4));
  });

  test('two convolutions, their sum and a product beside its norm', () => {
    const [x, filter] = [tf.zeros<tf.Rank.R4>([1, 4, 4, 8]), tf.zeros<tf.Rank.R4>([1, 1, 8, 12])];
    const [skipped, shortcut] = [tf.zeros<tf.Rank.R4>([1, 8, 8, 16]), tf.zeros<tf.Rank.R4>([1, 1, 16, 12])];
    const inputs = { x, filter, skipped, shortcut, bias: tf.zeros([12]) };
    const both = () => summedConv(inputs, { strides: [2, 2], activation: 'relu' });
    expect(count(both)).toBe(2 * (4 * 4 * 12) * (8 + 16));
    const positioned = () =>
      positionedLinear({
        x: tf.zeros([2, 5, 8]),
        position: tf.zeros([5, 8]),
        weight: tf.zeros([8, 12]),
        bias: tf.zeros([12]),
      });
    expect(count(positioned)).toBeGreaterThanOrEqual(2 * (2 * 5 * 12) * 8);
    tf.dispose([x, filter, skipped, shortcut, inputs.bias]);
  });

  test('a factor of each channel is part of its convolution', () => {
    const scaled = () => conv2d(tf.zeros([1, 8, 8, 4]), tf.zeros([3, 3, 4, 6]), { padding: 1, scale: tf.ones([6]) });
    const products = 2 * (8 * 8 * 6) * (3 * 3 * 4);
    expect(count(scaled)).toBeGreaterThanOrEqual(products);
    expect(count(scaled)).toBeLessThanOrEqual(products + 3 * 3 * 4 * 6); // elsewhere the filter is multiplied first
  });

  test('deformable sampling takes four corners of each sample', () => {
    const [value, locations] = [tf.zeros<tf.Rank.R4>([1, 20, 2, 8]), tf.zeros([1, 3, 2, 1, 4, 2])];
    const operations = count(() => deformableSampling(value, locations, tf.zeros([1, 3, 2, 1, 4]), [[4, 5]]));
    expect(operations).toBe(2 * (3 * 2 * 8) * (4 * 4));
    tf.dispose([value, locations]);
  });

  test('attention is two products, and at most its softmax and scaling besides', () => {
    const make = (length: number) => tf.zeros<tf.Rank.R4>([1, length, 2, 16]);
    const products = 2 * (2 * 2 * 10 * 30 * 16);
    const operations = count(() => attention(make(10), make(30), make(30)));
    expect(operations).toBeGreaterThanOrEqual(products);
    expect(operations).toBeLessThan(products + 3 * (2 * 10 * 30) + 10 * 32 * 2);
  });

  test('what is moved counts nothing, what is computed one a number', () => {
    expect(count(() => tf.transpose(tf.zeros([3, 4])))).toBe(0);
    expect(count(() => tf.relu(tf.zeros([3, 4])))).toBe(12);
    expect(count(() => tf.sum(tf.zeros([3, 4]), 1))).toBe(12);
  });
});
