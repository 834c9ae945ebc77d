import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { offTape } from './off-tape.ts';
import { Tape } from './tape.ts';

onEveryBackend('offTape', () => {
  test('computes what counts as a constant, of which a tape keeps nothing', async () => {
    const x = tf.tensor1d([1, 2, 3]);
    const tape = new Tape();
    const before = tf.memory().numTensors;
    const constant = tape.record(() => offTape(() => tf.exp(tf.square(x))));
    expect(tf.memory().numTensors).toBe(before + 1);
    const { value, gradients } = tape.gradients(() => tf.sum(tf.mul(constant, x)), [x]);
    expect([...(await gradients[0]!.data())]).toEqual([...(await constant.data())]);
    tf.dispose([x, constant, value, gradients[0]!]);
  });

  test('records again afterwards, also where it throws', async () => {
    const failing = () =>
      offTape(() => {
        throw new Error('expected');
      });
    const gradient = tf.grad((x: tf.Tensor) => {
      expect(failing).toThrow('expected');
      return tf.square(x);
    })(tf.scalar(3));
    expect([...(await gradient.data())]).toEqual([6]);
  });
});
