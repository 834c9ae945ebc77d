import { expectClose, expectGradient, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { withSupportRow } from '../../test/support-rows.ts';
import {
  attention,
  conv2d,
  deformableSampling,
  gelu,
  gridSample,
  groupNorm,
  layerNorm,
  linear,
  matMul,
  maxPool,
  resizeBilinear,
  resizeNearest,
  samplePoints,
  seededRandom,
} from '../index.ts';
import type { Size } from '../outputs.ts';

const random = (shape: number[], seed: number, deviation = 1) => tf.randomNormal(shape, 0, deviation, 'float32', seed);

const LEVELS: Size[] = [
  [5, 3],
  [2, 4],
];
/** Locations in and around a map, none near a whole pixel of one of these sizes: a sampler has a kink there. */
function locations(shape: number[], seed: number): tf.Tensor {
  const random = seededRandom(seed);
  const isSmooth = (u: number) =>
    [1, 2, 3, 4, 5].every((side) =>
      [u * side, u * side - 0.5].every((pixel) => Math.abs(pixel - Math.round(pixel)) > 0.04),
    );
  const next = (): number => {
    const u = random() * 1.3 - 0.15;
    return isSmooth(u) ? u : next();
  };
  return tf.tensor(Float32Array.from({ length: shape.reduce((n, side) => n * side, 1) }, next), shape);
}

type Case = {
  title: string;
  shapes: number[][];
  f: (...xs: tf.Tensor[]) => tf.Tensor;
  /** Which input holds points. */
  points?: number;
  /** Step of the differences; a small one keeps points inside their cell and maxima where they are. Default: 1e-3. */
  epsilon?: number;
};

const CASES: Case[] = [
  {
    title: 'layerNorm',
    shapes: [[2, 5, 12], [12], [12]],
    f: (x, gain, bias) => layerNorm(x, gain, bias, 1e-5),
  },
  {
    title: 'layerNorm of a width that is no multiple of four',
    shapes: [[2, 3, 7], [7], [7]],
    f: (x, gain, bias) => layerNorm(x, gain, bias, 1e-5),
  },
  {
    title: 'groupNorm',
    shapes: [[2, 3, 4, 12], [12], [12]],
    f: (x, gain, bias) => groupNorm(x as tf.Tensor4D, gain, bias, { groups: 3, epsilon: 1e-5 }),
  },
  {
    title: 'groupNorm of two channels each',
    shapes: [[1, 4, 3, 8], [8], [8]],
    f: (x, gain, bias) => groupNorm(x as tf.Tensor4D, gain, bias, { groups: 4, epsilon: 1e-5 }),
  },
  { title: 'gelu', shapes: [[3, 7]], f: (x) => gelu(tf.mul(x, 2)) },
  ...(
    [
      [9, 8],
      [2, 3],
      [5, 4],
      [7, 1],
    ] as Size[]
  ).flatMap((size) => [
    {
      title: `resizeBilinear to ${size}`,
      shapes: [[2, 4, 5, 3]],
      f: (x: tf.Tensor) => resizeBilinear(x as tf.Tensor4D, size),
    },
    {
      title: `resizeBilinear with aligned corners to ${size}`,
      shapes: [[2, 4, 5, 3]],
      f: (x: tf.Tensor) => resizeBilinear(x as tf.Tensor4D, size, { alignCorners: true }),
    },
    {
      title: `resizeNearest to ${size}`,
      shapes: [[2, 4, 5, 3]],
      f: (x: tf.Tensor) => resizeNearest(x as tf.Tensor4D, size),
    },
  ]),
  {
    title: 'samplePoints',
    shapes: [
      [2, 5, 3, 6],
      [2, 7, 2],
    ],
    points: 1,
    f: (x, p) => samplePoints(x as tf.Tensor4D, p as tf.Tensor3D),
  },
  {
    title: 'samplePoints of one channel',
    shapes: [
      [2, 5, 3, 1],
      [2, 7, 2],
    ],
    points: 1,
    f: (x, p) => samplePoints(x as tf.Tensor4D, p as tf.Tensor3D),
  },
  {
    title: 'gridSample',
    shapes: [
      [2, 5, 3, 4],
      [2, 2, 3, 2],
    ],
    points: 1,
    f: (x, grid) => gridSample(x as tf.Tensor4D, tf.sub(tf.mul(grid, 2), 1) as tf.Tensor4D),
  },
  {
    title: 'gridSample with aligned corners',
    shapes: [
      [1, 5, 3, 4],
      [1, 2, 3, 2],
    ],
    points: 1,
    f: (x, grid) => gridSample(x as tf.Tensor4D, tf.sub(tf.mul(grid, 2), 1) as tf.Tensor4D, { alignCorners: true }),
  },
  {
    title: 'deformableSampling',
    shapes: [
      [2, 23, 2, 8],
      [2, 3, 2, 2, 3, 2],
      [2, 3, 2, 2, 3],
    ],
    points: 1,
    f: (value, at, weights) => deformableSampling(value as tf.Tensor4D, at, weights, LEVELS),
  },
  {
    title: 'deformableSampling of six channels a head',
    shapes: [
      [1, 23, 3, 6],
      [1, 4, 3, 2, 1, 2],
      [1, 4, 3, 2, 1],
    ],
    points: 1,
    f: (value, at, weights) => deformableSampling(value as tf.Tensor4D, at, weights, LEVELS),
  },
  {
    title: 'attention with a bias for each query',
    shapes: [
      [2, 3, 2, 4],
      [2, 5, 2, 4],
      [2, 5, 2, 4],
      [2, 3, 5],
    ],
    f: (q, k, v, bias) => attention(q as tf.Tensor4D, k as tf.Tensor4D, v as tf.Tensor4D, bias),
  },
  {
    title: 'attention with one bias for all images',
    shapes: [
      [2, 3, 2, 4],
      [2, 5, 2, 4],
      [2, 5, 2, 4],
      [1, 2, 3, 5],
    ],
    f: (q, k, v, bias) => attention(q as tf.Tensor4D, k as tf.Tensor4D, v as tf.Tensor4D, bias, { scale: 0.3 }),
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
  {
    title: 'maxPool of overlapping windows',
    shapes: [[2, 7, 8, 3]],
    f: (x) => maxPool(x as tf.Tensor4D, { size: 3, strides: 2, padding: 1 }),
  },
  {
    title: 'maxPool of negative values',
    shapes: [[1, 6, 6, 2]],
    f: (x) => maxPool(tf.sub(x, 9) as tf.Tensor4D, { size: 2, padding: 1 }),
  },
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
  ...[false, true].flatMap((tA) =>
    [false, true].map((tB) => ({
      title: `matMul of batches${tA ? ', a transposed' : ''}${tB ? ', b transposed' : ''}`,
      shapes: [tA ? [2, 3, 60, 5] : [2, 3, 5, 60], tB ? [2, 3, 4, 60] : [2, 3, 60, 4]],
      f: (a: tf.Tensor, b: tf.Tensor) => matMul(a, b, tA, tB),
    })),
  ),
  {
    title: 'matMul of batches that broadcast',
    shapes: [
      [2, 1, 5, 7],
      [2, 3, 7, 4],
    ],
    f: (a, b) => matMul(a, b),
  },
  {
    title: 'matMul of batches by one matrix',
    shapes: [
      [2, 3, 5, 7],
      [7, 4],
    ],
    f: (a, b) => matMul(a, b),
  },
];

onEveryBackend('kernels', (backend) => {
  const inputsOf = ({ shapes, points }: Case) =>
    shapes.map((shape, i) => (i === points ? locations(shape, 10 + i) : random(shape, 1 + i, 0.7)));

  test.each(CASES)('the gradient of $title agrees with central differences', async (given) => {
    const inputs = inputsOf(given);
    const output = tf.tidy(() => given.f(...inputs));
    const direction = random(output.shape, 77);
    await withSupportRow(given.title, backend, {
      forward: async () => expect(await output.data()).toHaveLength(output.size),
      gradient: async () => {
        for (let i = 0; i < inputs.length; i++) {
          const f = (x: tf.Tensor) =>
            tf.sum(tf.mul(direction, given.f(...inputs.map((input, j) => (i === j ? x : input)))));
          await expectGradient(f, inputs[i], { epsilon: given.epsilon ?? 1e-3, tolerance: 5e-3 });
        }
      },
    });
  });

  test.each(CASES)('$title leaves behind nothing but its result', (given) => {
    const inputs = inputsOf(given);
    const before = tf.memory().numTensors;
    const output = tf.tidy(() => given.f(...inputs));
    expect(tf.memory().numTensors - before, 'tensors').toBe(1);
    output.dispose();
    const gradients = tf.grads((...xs: tf.Tensor[]) => given.f(...xs))(inputs);
    expect(tf.memory().numTensors - before, 'tensors with gradients').toBe(gradients.length);
    tf.dispose(gradients);
  });
});

onEveryBackend('one buffer under two shapes', () => {
  test('is the right operand that each shape says', async () => {
    const buffer = tf.range(0, 12) as tf.Tensor;
    const [wide, tall] = [tf.reshape(buffer, [3, 4]), tf.reshape(buffer, [4, 3])];
    const [x, y] = [tf.eye(3), tf.eye(4)];
    for (const product of [linear, matMul] as ((a: tf.Tensor, b: tf.Tensor) => tf.Tensor)[]) {
      await expectClose(product(x, wide), wide);
      await expectClose(product(y, tall), tall);
      await expectClose(product(x, wide), wide);
    }
  });
});

onEveryBackend('nothing to do', () => {
  test('empty batches go through, with empty gradients', async () => {
    const map = tf.zeros([0, 4, 4, 3]) as tf.Tensor4D;
    const points = tf.zeros([0, 5, 2]) as tf.Tensor3D;
    expect(samplePoints(map, points).shape).toEqual([0, 5, 3]);
    expect(linear(tf.zeros([0, 3]), tf.ones([3, 2])).shape).toEqual([0, 2]);
    expect(layerNorm(tf.zeros([0, 4]), tf.ones([4]), tf.zeros([4]), 1e-5).shape).toEqual([0, 4]);
  });
});

// expected values: torch.nn.functional in float64
onEveryBackend('kernels against PyTorch', () => {
  test('samples outside of a map count as zero', async () => {
    const x = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
    const points = tf.tensor3d([0.5, 0.5, 0.25, 0.25, 0, 0, 1, 1, -0.25, 0.5, 0.9999, 0.25], [1, 6, 2]);
    await expectClose(samplePoints(x, points), [2.5, 1, 0.25, 1, 0, 1.0004], { absolute: 2e-6 });
  });

  test('gelu is the exact one', async () => {
    const x = [-5, -3, -1, -0.5, 0, 0.5, 1, 3, 5];
    const expected = [
      -1.433257829e-6, -0.004049693949, -0.1586552539, -0.1542687694, 0, 0.3457312306, 0.8413447461, 2.995950306,
      4.999998567,
    ];
    await expectClose(gelu(tf.tensor1d(x)), expected, { absolute: 5e-7, relative: 1e-6 });
  });

  test('a nearest resize takes the floor of the scaled index', async () => {
    const x = tf.tensor4d([0, 1, 2, 3, 4], [1, 1, 5, 1]);
    expect([...(await resizeNearest(x, [1, 7]).data())]).toEqual([0, 0, 1, 2, 2, 3, 4]);
    expect([...(await resizeNearest(x, [1, 3]).data())]).toEqual([0, 1, 3]);
  });

  test('the gradient of equal maxima goes to the first', async () => {
    const gradient = tf.grad((x) => maxPool(x as tf.Tensor4D, { size: 2 }))(tf.zeros([1, 2, 2, 1]));
    expect([...(await gradient.data())]).toEqual([1, 0, 0, 0]);
  });
});
