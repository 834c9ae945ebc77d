import { expectClose, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { checkOps } from '../../../test/kernel-checks.ts';
import { Tape } from '../../tape.ts';
import { gelu } from '../gelu/gelu.ts';
import { linear } from './linear.ts';

checkOps([
  {
    title: 'linear with a bias that a reshape made',
    shapes: [
      [2, 5],
      [5, 7],
      [1, 7],
    ],
    f: (x, w, b) => linear(x, w, tf.reshape(b, [7])),
  },
  { title: 'linear with relu', shapes: [[2, 3, 5], [5, 7], [7]], f: (x, w, b) => linear(x, w, b, 'relu') },
  {
    title: 'linear without bias',
    shapes: [
      [4, 5],
      [5, 7],
    ],
    f: (x, w) => linear(x, w),
  },
]);

onEveryBackend('one buffer under two shapes', () => {
  test('is the right operand that each shape says', async () => {
    const buffer = tf.range(0, 12) as tf.Tensor;
    const [wide, tall] = [tf.reshape(buffer, [3, 4]), tf.reshape(buffer, [4, 3])];
    const [x, y] = [tf.eye(3), tf.eye(4)];
    await expectClose(linear(x, wide), wide);
    await expectClose(linear(y, tall), tall);
    await expectClose(linear(x, wide), wide);
  });
});

onEveryBackend('linear of NaN', () => {
  test.each(['linear', 'relu'] as const)('%s: the rows that hold one are NaN', async (activation) => {
    const x = tf.tensor2d([Number.NaN, 1, 1, -2], [2, 2]);
    const y = linear(x, tf.ones([2, 2]), tf.tensor1d([1, 2]), activation);
    expect([...(await y.data())]).toEqual([Number.NaN, Number.NaN, 0, 1]);
  });
});

onEveryBackend('nothing to do', () => {
  test('linear of an empty batch is empty', () => {
    expect(linear(tf.zeros([0, 3]), tf.ones([3, 2])).shape).toEqual([0, 2]);
  });

  test('linear to no channels is empty', () => {
    expect(linear(tf.ones([1, 2, 3]), tf.zeros([3, 0])).shape).toEqual([1, 2, 0]);
  });
});

onEveryBackend('what a tape keeps', () => {
  const [x, w] = [() => tf.ones([2, 3]), () => tf.ones([3, 3])];

  test.each([
    { title: 'no product', f: (a: tf.Tensor, b: tf.Tensor) => linear(a, b), kept: 0 },
    { title: 'what a relu gave', f: (a: tf.Tensor, b: tf.Tensor) => linear(a, b, undefined, 'relu'), kept: 1 },
    { title: 'nothing that gelu gave', f: (a: tf.Tensor) => gelu(a), kept: 0 },
  ])('is $title', ({ f, kept }) => {
    const inputs = [x(), w()] as const;
    tf.dispose(tf.tidy(() => f(...inputs))); // gives the inputs to the backend
    const before = tf.memory().numDataBuffers;
    const tape = new Tape();
    tape.record(() => f(...inputs)).dispose();
    expect(tf.memory().numDataBuffers - before).toBe(kept);
    tape.dispose();
    expect(tf.memory().numDataBuffers).toBe(before);
  });
});
