import { expectClose, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import {
  attention,
  conv2d,
  deformableSampling,
  gelu,
  groupNorm,
  layerNorm,
  maxPool,
  type Padding2D,
  resizeBilinear,
  seededRandom,
} from '../index.ts';
import type { Size } from '../outputs.ts';
import { attentionReference } from './attention/attention.ts';
import { conv2dReference } from './conv2d/conv2d.ts';
import { filterGradientReference, inputGradientReference } from './conv2d/gradient.ts';
import { turnedFilter, turnedFilterReference } from './conv2d/turned-filter.ts';
import {
  deformableSamplingGradientReference,
  deformableSamplingReference,
} from './deformable-sampling/deformable-sampling.ts';
import { geluGradientReference, geluReference } from './gelu/gelu.ts';
import { groupNormGradientReference, groupNormReference } from './group-norm/group-norm.ts';
import { layerNormGradientReference, layerNormReference } from './layer-norm/layer-norm.ts';
import { maxPoolGradientReference } from './max-pool/max-pool.ts';
import { reluGradient, reluGradientReference } from './relu-gradient/relu-gradient.ts';
import { resizeGradientReference } from './resize/gradient.ts';
import { bilinearTable } from './resize/interpolation.ts';
import { sumRows, sumRowsReference } from './sum-rows/sum-rows.ts';

const random = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, 'float32', seed);
const epsilon = 1e-5;

/** Gradients of a function of several tensors, contracted with a given one. */
const pulled = (f: (...xs: tf.Tensor[]) => tf.Tensor, xs: tf.Tensor[], dy: tf.Tensor) => tf.grads(f)(xs, dy);

type Case = { title: string; run: () => { fast: tf.Tensor[]; plain: tf.Tensor[] }; tolerance?: number };

const LEVELS: Size[] = [
  [9, 7],
  [5, 4],
  [1, 2],
];

/** In and around the maps, also far outside. */
function scatteredPoints(shape: number[]): tf.Tensor {
  const next = seededRandom(5);
  return tf.tensor(
    Float32Array.from({ length: shape.reduce((n, side) => n * side, 1) }, () => next() * 1.6 - 0.3),
    shape,
  );
}

function samplingCase(depth: number): Case {
  return {
    title: `deformableSampling and its gradients, ${depth} channels a head`,
    run: () => {
      const value = random([2, 85, 3, depth], 1) as tf.Tensor4D;
      const locations = scatteredPoints([2, 11, 3, 3, 2, 2]);
      const weights = random([2, 11, 3, 3, 2], 2);
      const dy = random([2, 11, 3 * depth], 3);
      const attrs = { levels: LEVELS };
      const fast = (v: tf.Tensor, at: tf.Tensor, w: tf.Tensor) => deformableSampling(v as tf.Tensor4D, at, w, LEVELS);
      return {
        fast: [fast(value, locations, weights), ...pulled(fast, [value, locations, weights], dy)],
        plain: [
          deformableSamplingReference({ value, locations, weights }, attrs),
          ...deformableSamplingGradientReference({ dy, value, locations, weights }, attrs),
        ],
      };
    },
  };
}

function layerNormCase(width: number): Case {
  return {
    title: `layerNorm and its gradients, ${width} wide`,
    run: () => {
      const [x, gain, bias, dy] = [
        random([3, 5, width], 1),
        random([width], 2),
        random([width], 3),
        random([3, 5, width], 4),
      ];
      const shifted = tf.add(x, 3);
      const fast = (a: tf.Tensor, b: tf.Tensor, c: tf.Tensor) => layerNorm(a, b, c, epsilon);
      return {
        fast: [layerNorm(shifted, gain, bias, epsilon), ...pulled(fast, [shifted, gain, bias], dy)],
        plain: [
          layerNormReference({ x: shifted, gain, bias }, { epsilon }),
          ...layerNormGradientReference({ dy, x: shifted, gain }, { epsilon }),
        ],
      };
    },
  };
}

function groupNormCase(channels: number, groups: number): Case {
  return {
    title: `groupNorm and its gradients, ${channels} channels in ${groups} groups`,
    run: () => {
      const shape = [2, 23, 17, channels];
      const x = tf.add(random(shape, 1), 2) as tf.Tensor4D;
      const [gain, bias, dy] = [random([channels], 2), random([channels], 3), random(shape, 4)];
      const attrs = { groups, epsilon };
      const fast = (a: tf.Tensor, b: tf.Tensor, c: tf.Tensor) => groupNorm(a as tf.Tensor4D, b, c, attrs);
      return {
        fast: [fast(x, gain, bias), ...pulled(fast, [x, gain, bias], dy)],
        plain: [groupNormReference({ x, gain, bias }, attrs), ...groupNormGradientReference({ dy, x, gain }, attrs)],
      };
    },
    tolerance: 5e-5,
  };
}

function convCase(
  title: string,
  filterShape: number[],
  options: { strides: number; padding: number; dilation: number },
): Case {
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
const CONVOLUTION: Case = {
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

const CASES: Case[] = [
  CONVOLUTION,
  samplingCase(8),
  samplingCase(6),
  samplingCase(1),
  layerNormCase(64),
  layerNormCase(7),
  groupNormCase(32, 8),
  groupNormCase(6, 3),
  convCase('3×3', [3, 3, 5, 8], { strides: 1, padding: 1, dilation: 1 }),
  convCase('3×3 of 32 channels', [3, 3, 32, 36], { strides: 1, padding: 1, dilation: 1 }),
  convCase('3×3 of 128 channels', [3, 3, 128, 128], { strides: 1, padding: 0, dilation: 1 }),
  convCase('7×7 of three channels', [7, 7, 3, 8], { strides: 2, padding: 3, dilation: 1 }),
  convCase('3×3 of 20 channels', [3, 3, 20, 12], { strides: 1, padding: 1, dilation: 1 }),
  convCase('3×3 of stride two', [3, 3, 8, 6], { strides: 2, padding: 1, dilation: 1 }),
  convCase('1×1', [1, 1, 8, 6], { strides: 1, padding: 0, dilation: 1 }),
  convCase('1×1 of stride two', [1, 1, 8, 6], { strides: 2, padding: 0, dilation: 1 }),
  convCase('2×2 of stride two', [2, 2, 8, 6], { strides: 2, padding: 0, dilation: 1 }),
  convCase('with dilation', [3, 3, 8, 6], { strides: 1, padding: 2, dilation: 2 }),
  {
    title: 'gelu and its gradient, from −9 to 9',
    run: () => {
      const x = tf.linspace(-9, 9, 1001);
      const dy = random([1001], 1);
      return {
        fast: [gelu(x), ...pulled(gelu, [x], dy)],
        plain: [geluReference({ x }), geluGradientReference({ dy, x })],
      };
    },
    tolerance: 2e-6,
  },
  {
    title: 'attention',
    run: () => {
      const [q, k, v] = [random([2, 7, 3, 8], 1), random([2, 19, 3, 8], 2), random([2, 19, 3, 8], 3)] as tf.Tensor4D[];
      const bias = random([2, 7, 19], 4);
      const dy = random([2, 7, 3, 8], 5);
      const fast = (...xs: tf.Tensor[]) =>
        attention(xs[0] as tf.Tensor4D, xs[1] as tf.Tensor4D, xs[2] as tf.Tensor4D, xs[3]);
      const plain = (...xs: tf.Tensor[]) =>
        attentionReference(
          { query: xs[0] as tf.Tensor4D, key: xs[1] as tf.Tensor4D, value: xs[2] as tf.Tensor4D, bias: xs[3] },
          { scale: 1 / Math.sqrt(8) },
        );
      const inputs = [q, k, v, bias];
      return {
        fast: [fast(...inputs), ...pulled(fast, inputs, dy)],
        plain: [plain(...inputs), ...pulled(plain, inputs, dy)],
      };
    },
  },
  {
    title: 'attention over many keys, most of them blocked',
    run: () => {
      const [query, key, value] = [random([1, 5, 2, 32], 1), random([1, 401, 2, 32], 2), random([1, 401, 2, 32], 3)];
      const bias = tf.mul(tf.cast(tf.greater(random([1, 5, 401], 4), -1), 'float32'), -60000);
      const inputs = { query, key, value } as { query: tf.Tensor4D; key: tf.Tensor4D; value: tf.Tensor4D };
      return {
        fast: [
          attention(inputs.query, inputs.key, inputs.value, bias),
          attention(inputs.query, inputs.key, inputs.value),
        ],
        plain: [
          attentionReference({ ...inputs, bias }, { scale: 1 / Math.sqrt(32) }),
          attentionReference(inputs, { scale: 1 / Math.sqrt(32) }),
        ],
      };
    },
  },
  {
    title: 'the gradient of resizeBilinear',
    run: () => {
      const x = random([2, 5, 4, 6], 1);
      const dy = random([2, 9, 3, 6], 2) as tf.Tensor4D;
      const rows = bilinearTable(5, 9, 'half-pixel');
      const columns = bilinearTable(4, 3, 'half-pixel');
      return {
        fast: pulled((y) => resizeBilinear(y as tf.Tensor4D, [9, 3]), [x], dy),
        plain: [resizeGradientReference({ dy }, { rows, columns })],
      };
    },
  },
  {
    title: 'the gradient of maxPool',
    run: () => {
      const x = tf.sub(tf.round(tf.mul(random([2, 9, 8, 3], 1), 2)), 5) as tf.Tensor4D; // negative, with many equal values
      const attrs = {
        size: [3, 3],
        strides: [2, 2],
        padding: [
          [1, 1],
          [1, 1],
        ],
      } as const;
      const y = maxPool(x, { size: 3, strides: 2, padding: 1 });
      const dy = random(y.shape, 2) as tf.Tensor4D;
      return {
        fast: pulled((z) => maxPool(z as tf.Tensor4D, { size: 3, strides: 2, padding: 1 }), [x], dy),
        plain: [maxPoolGradientReference({ dy, x, y }, attrs as never)],
      };
    },
  },
  {
    title: 'reluGradient, sumRows and turnedFilter',
    run: () => {
      const filter = random([3, 2, 5, 6], 3) as tf.Tensor4D;
      const [dy, y] = [random([701, 7], 1), tf.relu(random([701, 7], 2))];
      return {
        fast: [reluGradient(dy, y), sumRows(dy, 7), turnedFilter(filter)],
        plain: [
          reluGradientReference({ dy, y }),
          sumRowsReference({ x: dy }, { channels: 7 }),
          turnedFilterReference({ filter }),
        ],
      };
    },
    tolerance: 2e-5,
  },
];

onEveryBackend('fast bodies', () => {
  test.each(CASES)('$title: equal to the plain reference', async ({ run, tolerance = 1e-5 }) => {
    const { fast, plain } = tf.tidy(() => run());
    expect(fast.map(({ shape }) => shape)).toEqual(plain.map(({ shape }) => shape));
    for (const [i, tensor] of fast.entries())
      await expectClose(tensor, plain[i]!, { absolute: tolerance, relative: tolerance });
  });
});
