import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { Tape } from './tape.ts';

onEveryBackend('a tape', () => {
  test('frees what its nodes saved, and the gradients of their outputs, on its way back', () => {
    const bytes: number[] = [];
    const marked = tf.customGrad((x) => ({
      value: tf.clone(x as tf.Tensor),
      gradFunc: (dy) => {
        bytes.push(tf.memory().numBytes);
        return tf.clone(dy);
      },
    }));
    const x = tf.ones([1000]) as tf.Tensor;
    const tape = new Tape();
    const y = tape.record(() => {
      let chain = marked(x);
      for (let i = 0; i < 20; i++) chain = tf.square(chain);
      return marked(chain);
    });
    const before = tf.memory().numTensors;
    const { value, gradients } = tape.gradients(() => tf.sum(y), [x]);
    expect(bytes).toHaveLength(2);
    expect(bytes[1]).toBeLessThan(bytes[0]! - 15 * 4000); // most of twenty saved maps of 4000 bytes
    tf.dispose([value, ...gradients.map((gradient) => gradient!)]);
    expect(tf.memory().numTensors).toBeLessThan(before); // the tape's own are gone too
  });

  test('one tensor may be the gradient of two inputs, and of an input and an output', async () => {
    const sum = tf.customGrad((a, b) => ({
      value: tf.add(a as tf.Tensor, b as tf.Tensor),
      gradFunc: (dy) => [dy, dy],
    }));
    const [a, b] = [tf.tensor1d([1, 2]), tf.tensor1d([3, 5])];
    const tape = new Tape();
    const y = tape.record(() => sum(tf.square(a), sum(tf.square(b), tf.square(a))));
    const { gradients } = tape.gradients(() => tf.sum(y), [a, b]);
    expect([...(await gradients[0]!.data())]).toEqual([4, 8]);
    expect([...(await gradients[1]!.data())]).toEqual([6, 10]);
  });
});
