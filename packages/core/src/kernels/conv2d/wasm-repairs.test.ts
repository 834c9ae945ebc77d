import { expectClose, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { conv2d } from './conv2d.ts';

/** Map, filter and bias of a convolution over no channels. */
const nothing = () => ({
  x: tf.zeros([1, 2, 2, 0]) as tf.Tensor4D,
  filter: tf.zeros([1, 1, 0, 3]) as tf.Tensor4D,
  bias: tf.tensor1d([1, -2, 3]),
});

// expected values: by hand; native TensorFlow refuses convolutions over no channels, and rounds down always
onEveryBackend(
  "tf's own convolutions (native TensorFlow has its own)",
  () => {
    test('over no channels the bias is left', async () => {
      const { x, filter, bias } = nothing();
      const y = tf.fused.conv2d({ x, filter, strides: 1, pad: 'valid', bias });
      await expectClose(y, tf.tile(tf.reshape(bias, [1, 1, 1, 3]), [1, 2, 2, 1]));
      const relued = tf.fused.conv2d({ x, filter, strides: 1, pad: 'valid', bias, activation: 'relu' });
      await expectClose(tf.slice(relued, 0, [1, 1, 1, 3]), tf.tensor4d([1, 0, 3], [1, 1, 1, 3]));
    });

    test('and so are the bias and what is added to our own', async () => {
      const { x, filter, bias } = nothing();
      const row = tf.reshape(bias, [1, 1, 1, 3]);
      await expectClose(conv2d(x, filter, { bias }), tf.tile(row, [1, 2, 2, 1]));
      const added = tf.ones([1, 2, 2, 3]) as tf.Tensor4D;
      await expectClose(conv2d(x, filter, { bias, added }), tf.add(added, row));
    });

    test.each([
      ['ceil', 5],
      ['round', 4],
      ['round', 5],
      ['floor', 4],
    ] as const)('%s of a map of %i: as many windows as were asked for, zeros beyond the map', async (mode, side) => {
      for (const channels of [3, 20]) {
        const x = tf.add(tf.reshape(tf.range(0, side * side * channels), [1, side, side, channels]), 1) as tf.Tensor4D;
        const filter = tf.ones([3, 3, channels, 2]) as tf.Tensor4D;
        const stride = 4;
        const y = tf.conv2d(x, filter, stride, 0, 'NHWC', 1, mode);
        const round = { ceil: Math.ceil, round: Math.round, floor: Math.floor }[mode];
        const count = round((side - 3) / stride + 1);
        const beyond = Math.max(0, (count - 1) * stride + 3 - side);
        const framed = tf.pad(x, [[0, 0], [0, beyond], [0, beyond], [0, 0]]); // biome-ignore format: one axis each
        const expected = tf.conv2d(framed, filter, stride, 'valid');
        expect(y.shape).toEqual([1, count, count, 2]);
        await expectClose(y, expected);
      }
    });

    test('a bias of one column is added along rows', async () => {
      const x = tf.zeros([1, 3, 2, 1]) as tf.Tensor4D;
      const bias = tf.tensor3d([1, 2, 3], [3, 1, 1]);
      const y = tf.fused.conv2d({
        x,
        filter: tf.ones([1, 1, 1, 3]),
        strides: 1,
        pad: 'valid',
        bias,
        activation: 'relu',
      });
      expect([...(await y.data())]).toEqual([1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3]);
    });
  },
  { only: ['cpu', 'wasm'] },
);
