import * as tf from '@tensorflow/tfjs-core';

import { type BodyCase, checkBodies, checkOps, pulled, random } from '../../../test/kernel-checks.ts';
import type { Padding2D } from '../map-layout.ts';
import { conv2d, conv2dReference } from './conv2d.ts';
import { filterGradientReference, inputGradientReference } from './gradient.ts';

function convCase(
  title: string,
  filterShape: number[],
  options: { strides: number; padding: number; dilation: number },
): BodyCase {
  return {
    title: `the gradients of conv2d ${title}`,
    run: () => {
      const x = random([2, 13, 11, filterShape[2]!], 1) as tf.Tensor4D;
      const filter = random(filterShape, 2) as tf.Tensor4D;
      const f = (a: tf.Tensor, b: tf.Tensor) => conv2d(a as tf.Tensor4D, b as tf.Tensor4D, options);
      const dy = random(f(x, filter).shape, 3) as tf.Tensor4D;
      const { strides, padding, dilation } = options;
      const side: [number, number] = [padding, padding];
      const shape = {
        strides: [strides, strides] as [number, number],
        padding: [side, side] as [typeof side, typeof side],
        dilation,
      };
      return {
        fast: pulled(f, [x, filter], dy),
        plain: [
          inputGradientReference({ dy, filter }, { ...shape, shape: x.shape }),
          filterGradientReference({ dy, x }, { ...shape, shape: filter.shape }),
        ],
      };
    },
    tolerance: 1e-4,
  };
}

/** Sides that are odd, padding that differs from side to side, more than one image, bias and relu. */
const CONVOLUTION: BodyCase = {
  title: 'conv2d 3×3 of 64 channels and more',
  run: () => {
    const x = random([2, 19, 14, 64], 1) as tf.Tensor4D;
    const filter = tf.mul(random([3, 3, 64, 68], 2), 0.05) as tf.Tensor4D;
    const bias = random([68], 3);
    const padding: Padding2D = [
      [1, 1],
      [0, 2],
    ];
    const attrs = { strides: [1, 1] as [number, number], padding, dilation: 1 };
    return {
      fast: [conv2d(x, filter, { padding, bias, activation: 'relu' }), conv2d(x, filter, { padding })],
      plain: [
        conv2dReference({ x, filter, bias }, { ...attrs, activation: 'relu' }),
        conv2dReference({ x, filter }, { ...attrs, activation: 'linear' }),
      ],
    };
  },
};

/** Factors of the output's channels; the second call has the same filter, whose transform may be kept, and other factors. */
function scaledCase(title: string, channels: [number, number]): BodyCase {
  return {
    title: `conv2d with a factor of each channel, ${title}`,
    run: () => {
      const x = random([1, 17, 18, channels[0]], 1) as tf.Tensor4D;
      const filter = tf.mul(random([3, 3, ...channels], 2), 0.05) as tf.Tensor4D;
      const [bias, one, other] = [3, 4, 5].map((seed) => random([channels[1]], seed)) as tf.Tensor1D[];
      const options = { padding: 1, bias, activation: 'relu' as const };
      const plain = (scale: tf.Tensor) => conv2d(x, tf.mul(filter, scale), options);
      return {
        fast: [one!, other!, one!].map((scale) => conv2d(x, filter, { ...options, scale })),
        plain: [plain(one!), plain(other!), plain(one!)],
      };
    },
  };
}

/** A map that a residual block skips, behind a convolution with and without a norm; an odd side leaves half a tile of Winograd's. */
function addedCase(
  title: string,
  channels: [number, number],
  options: { strides?: number; groups?: number },
): BodyCase {
  return {
    title: `conv2d and what is added, ${title}`,
    run: () => {
      const { groups = 1 } = options;
      const x = random([2, 17, 18, channels[0]], 1) as tf.Tensor4D;
      const filter = tf.mul(random([3, 3, channels[0] / groups, channels[1]], 2), 0.05) as tf.Tensor4D;
      const [bias, scale] = [3, 4].map((seed) => random([channels[1]], seed));
      const given = { ...options, padding: 1, bias };
      const added = random(conv2d(x, filter, given).shape, 5) as tf.Tensor4D;
      const sum = (factor?: tf.Tensor) => tf.add<tf.Tensor4D>(conv2d(x, filter, { ...given, scale: factor }), added);
      const twice = { ...given, added };
      return {
        fast: [
          conv2d(x, filter, { ...twice, activation: 'relu' }),
          conv2d(x, filter, { ...twice, scale, activation: 'relu' }),
          conv2d(x, filter, twice),
        ],
        plain: [tf.relu(sum()), tf.relu(sum(scale)), sum()],
      };
    },
  };
}

checkOps([
  {
    title: 'conv2d and what is added',
    shapes: [
      [2, 6, 5, 3],
      [3, 3, 3, 4],
      [2, 6, 5, 4],
    ],
    f: (x, w, added) => conv2d(x as tf.Tensor4D, w as tf.Tensor4D, { padding: 1, added: added as tf.Tensor4D }),
  },
  {
    title: 'conv2d with a factor of each channel',
    shapes: [[2, 6, 5, 3], [3, 3, 3, 4], [4]],
    f: (x, w, scale) => conv2d(x as tf.Tensor4D, w as tf.Tensor4D, { padding: 1, scale }),
  },
  {
    title: 'conv2d with padding, bias and relu',
    epsilon: 1e-2,
    shapes: [[2, 6, 5, 3], [3, 3, 3, 4], [4]],
    f: (x, w, bias) =>
      conv2d(x as tf.Tensor4D, w as tf.Tensor4D, {
        padding: 1,
        bias: tf.add(bias, [12, -12, 12, 12]),
        activation: 'relu',
      }),
  },
  {
    title: 'conv2d of stride two',
    shapes: [
      [1, 7, 6, 3],
      [3, 3, 3, 4],
    ],
    f: (x, w) => conv2d(x as tf.Tensor4D, w as tf.Tensor4D, { padding: 1, strides: 2 }),
  },
  {
    title: 'conv2d 7×7 of stride two',
    shapes: [
      [1, 9, 10, 3],
      [7, 7, 3, 2],
    ],
    f: (x, w) => conv2d(x as tf.Tensor4D, w as tf.Tensor4D, { padding: 3, strides: 2 }),
  },
  {
    title: 'conv2d padded on one side',
    shapes: [
      [1, 7, 6, 3],
      [4, 4, 3, 4],
    ],
    f: (x, w) =>
      conv2d(x as tf.Tensor4D, w as tf.Tensor4D, {
        strides: 4,
        padding: [
          [0, 1],
          [0, 2],
        ],
      }),
  },
  {
    title: 'conv2d of one pixel',
    shapes: [[2, 4, 5, 3], [1, 1, 3, 6], [6]],
    f: (x, w, bias) => conv2d(x as tf.Tensor4D, w as tf.Tensor4D, { bias }),
  },
  {
    title: 'conv2d of one pixel and stride two',
    shapes: [
      [2, 5, 5, 3],
      [1, 1, 3, 6],
    ],
    f: (x, w) => conv2d(x as tf.Tensor4D, w as tf.Tensor4D, { strides: 2 }),
  },
  {
    title: 'conv2d with dilation',
    shapes: [[1, 7, 6, 3], [3, 3, 3, 4], [4]],
    f: (x, w, bias) => conv2d(x as tf.Tensor4D, w as tf.Tensor4D, { padding: 2, dilation: 2, bias }),
  },
  {
    title: 'conv2d with dilation and stride',
    shapes: [
      [1, 9, 8, 3],
      [3, 3, 3, 4],
    ],
    f: (x, w) => conv2d(x as tf.Tensor4D, w as tf.Tensor4D, { padding: 2, dilation: 2, strides: 2 }),
  },
  {
    title: 'conv2d in groups',
    shapes: [[1, 5, 6, 4], [3, 3, 2, 6], [6]],
    f: (x, w, bias) => conv2d(x as tf.Tensor4D, w as tf.Tensor4D, { padding: 1, groups: 2, bias }),
  },
]);

checkBodies([
  CONVOLUTION,
  scaledCase('few channels', [5, 11]),
  scaledCase('many channels', [32, 36]),
  addedCase('few channels', [5, 11], {}),
  addedCase('many channels', [32, 36], {}),
  addedCase('of stride two', [8, 12], { strides: 2 }),
  addedCase('in groups', [8, 12], { groups: 2 }),
  convCase('3×3', [3, 3, 5, 8], { strides: 1, padding: 1, dilation: 1 }),
  convCase('3×3 of 32 channels', [3, 3, 32, 36], { strides: 1, padding: 1, dilation: 1 }),
  convCase('3×3 of 128 channels', [3, 3, 128, 128], { strides: 1, padding: 0, dilation: 1 }),
  convCase('7×7 of three channels', [7, 7, 3, 8], { strides: 2, padding: 3, dilation: 1 }),
  convCase('3×3 of 20 channels', [3, 3, 20, 12], { strides: 1, padding: 1, dilation: 1 }),
  convCase('3×3 of stride two', [3, 3, 8, 6], { strides: 2, padding: 1, dilation: 1 }),
  // 9 · 130 terms of the input's gradient: on WebGPU more than one chunk of them
  convCase('3×3 to 130 channels', [3, 3, 5, 130], { strides: 1, padding: 1, dilation: 1 }),
  convCase('1×1', [1, 1, 8, 6], { strides: 1, padding: 0, dilation: 1 }),
  convCase('1×1 of stride two', [1, 1, 8, 6], { strides: 2, padding: 0, dilation: 1 }),
  convCase('2×2 of stride two', [2, 2, 8, 6], { strides: 2, padding: 0, dilation: 1 }),
  convCase('with dilation', [3, 3, 8, 6], { strides: 1, padding: 2, dilation: 2 }),
]);
