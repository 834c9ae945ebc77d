import { expectClose, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { test } from 'vitest';

import { random } from '../../test/kernel-checks.ts';
import { ParamStore } from '../params/param-store.ts';
import { Tape } from '../tape.ts';
import { BatchNorm } from './batch-norm.ts';
import { ConvNorm } from './conv-norm.ts';
import { Conv2d } from './conv2d.ts';

// expected values: the convolution and the norm written down in plain ops, differentiated by tfjs
onEveryBackend('a convolution and a frozen norm in training', () => {
  test.each([
    ['a map larger than the filter', 12, 1],
    ['a map smaller than the filter', 3, 1],
    ['a stride', 13, 2],
  ])('%s: the result, and gradients in all parameters', async (_, side, stride) => {
    const params = new ParamStore();
    const scope = params.root;
    const conv = new Conv2d(scope.at('conv'), { inDim: 5, outDim: 6, kernel: 3, padding: 1, stride, bias: false });
    const norm = new BatchNorm(scope.at('norm'), { dim: 6 });
    const layer = new ConvNorm(scope, conv, norm);
    const { gain, bias, mean, variance } = norm;
    const starts: [tf.Variable, tf.Tensor][] = [
      [conv.filter, random([3, 3, 5, 6], 1)],
      [gain, random([6], 2)],
      [bias, random([6], 3)],
      [mean, random([6], 4)],
      [variance, tf.square(random([6], 5))],
    ];
    for (const [variable, value] of starts) variable.assign(value);
    const x = random([2, side, side, 5], 6) as tf.Tensor4D;
    const xs = [conv.filter, gain, bias];
    const plain = () => {
      const scale = tf.mul(gain, tf.rsqrt(tf.add(variance, 1e-5)));
      const padded = tf.pad(x, [
        [0, 0],
        [1, 1],
        [1, 1],
        [0, 0],
      ]); // prettier-ignore
      const normed = tf.add(tf.mul(tf.sub(tf.conv2d(padded, conv.filter, stride, 'valid'), mean), scale), bias);
      return tf.sum(tf.square(tf.relu(normed))) as tf.Scalar;
    };
    const tape = new Tape();
    const y = params.train(() => tape.record(() => layer.forward(x, 'relu')));
    const { value, gradients } = tape.gradients(() => tf.sum(tf.square(y)), xs);
    const expected = tf.variableGrads(plain, xs);
    const close = { absolute: 1e-3, relative: 1e-4 };
    await expectClose(value, expected.value, close);
    for (const [i, variable] of xs.entries()) await expectClose(gradients[i]!, expected.grads[variable.name]!, close);
    tf.dispose([y, value, x, expected.value, ...Object.values(expected.grads), ...gradients.map((g) => g!)]);
    tf.dispose(starts.map(([, start]) => start));
    params.dispose();
  });
});
