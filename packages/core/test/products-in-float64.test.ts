import { expectTidy, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { conv2d, linear, matMul, type Padding2D } from '../src/index.ts';
import { filterGradient, inputGradient } from '../src/kernels/conv2d/gradient.ts';

/** Values in ±½. */
function values(shape: number[], seed: number): tf.Tensor {
  return tf.randomUniform(shape, -0.5, 0.5, 'float32', seed);
}

/**
 * Largest distance from sums in float64, as a share of the sums of the terms' sizes: float32 rounds each to 6e-8. Winograd's
 * transforms add a few of those.
 */
const MOST = 1e-6;

/** Sums in float64 and the sums of their terms' sizes. */
type Sums = { sum: Float64Array; size: Float64Array };

async function expectSums(actual: tf.Tensor, { sum, size }: Sums): Promise<void> {
  const found = await actual.data();
  expect(found).toHaveLength(sum.length);
  const worst = sum.reduce(
    (most, expected, i) => Math.max(most, Math.abs(found[i]! - expected) / (1e-30 + size[i]!)),
    0,
  );
  expect(worst).toBeLessThan(MOST);
}

/** Adds up products: calls `each(add)`, whose `add(out, a, b)` adds a · b to one sum. */
function sums(length: number, each: (add: (at: number, a: number, b: number) => void) => void): Sums {
  const [sum, size] = [new Float64Array(length), new Float64Array(length)];
  each((at, a, b) => {
    sum[at]! += a * b;
    size[at]! += Math.abs(a * b);
  });
  return { sum, size };
}

onEveryBackend('products in float64', () => {
  const sizes = [
    [1, 1, 1],
    [1, 5, 9],
    [7, 3, 5],
    [5, 4, 8],
    [4, 2, 10], // tiles end after any step of k in a round
    [9, 7, 12],
    [11, 14, 9],
    [6, 1027, 17],
    [100, 33, 20],
    [13, 2049, 3],
    [3, 700, 1601], // more panels than are packed at a time
    [30, 1601, 700], // more rows of B than are packed at a time where A is transposed
  ];
  const all = sizes.flatMap((size) => [0, 1, 2, 3].map((kind) => ({ size, tA: kind % 2 === 1, tB: kind > 1 })));
  test.each(all)('$size, transposed: $tA, $tB', async ({ size: [m, k, n], tA, tB }) => {
    const [a, b] = [values(tA ? [k, m] : [m, k], 1), values(tB ? [n, k] : [k, n], 2)];
    const [x, y] = [await a.data(), await b.data()];
    const expected = sums(m * n, (add) => {
      for (let i = 0; i < m; i++)
        for (let j = 0; j < n; j++)
          for (let t = 0; t < k; t++) add(i * n + j, x[tA ? t * m + i : i * k + t]!, y[tB ? j * k + t : t * n + j]!);
    });
    await expectSums(matMul(a, b, tA, tB), expected);
  });

  test.each(
    [
      { batches: [[3], [3]], count: 3 },
      { batches: [[40], [40]], count: 40 },
      {
        batches: [
          [2, 1],
          [1, 3],
        ],
        count: 6,
      },
      { batches: [[1], [5]], count: 5 },
      { batches: [[5], [1]], count: 5 },
      { batches: [[], [2, 3]], count: 6 },
      {
        batches: [
          [3, 1, 2],
          [4, 1],
        ],
        count: 24,
      },
    ].flatMap((given) => [0, 1, 2, 3].map((kind) => ({ ...given, tA: kind % 2 === 1, tB: kind > 1 }))),
  )('batches $batches, transposed: $tA, $tB', async ({ batches: [left, right], count, tA, tB }) => {
    const a = values([...left!, ...(tA ? [9, 7] : [7, 9])], 1);
    const b = values([...right!, ...(tB ? [5, 9] : [9, 5])], 2);
    const shape = tf.broadcast_util.assertAndGetBroadcastShape(left!, right!);
    const wideA = await tf.broadcastTo(a, [...shape, ...a.shape.slice(-2)]).data();
    const wideB = await tf.broadcastTo(b, [...shape, ...b.shape.slice(-2)]).data();
    const expected = sums(count * 35, (add) => {
      for (let i = 0; i < count * 7; i++)
        for (let j = 0; j < 5; j++)
          for (let t = 0; t < 9; t++) {
            const [batch, row] = [Math.floor(i / 7), i % 7];
            const left = wideA[63 * batch + (tA ? t * 7 + row : row * 9 + t)]!;
            add(i * 5 + j, left, wideB[45 * batch + (tB ? j * 9 + t : t * 5 + j)]!);
          }
    });
    await expectSums(matMul(a, b, tA, tB), expected);
  });

  test('a product over no terms is zero, one of no rows empty', async () => {
    expect([...(await tf.matMul(tf.zeros([2, 0]), tf.zeros([0, 3])).data())]).toEqual([0, 0, 0, 0, 0, 0]);
    expect(tf.matMul(tf.zeros([0, 4]), tf.zeros([4, 3])).shape).toEqual([0, 3]);
    expect(tf.matMul(tf.zeros([4, 2]), tf.zeros([4, 0]), true).shape).toEqual([2, 0]);
  });

  test('NaN and infinity reach the rows and columns that hold them, and no others', async () => {
    const a = tf.tensor2d([1, Number.NaN, 1, 1, Number.POSITIVE_INFINITY, 1], [3, 2]);
    const y = await tf.matMul(a, tf.tensor2d([1, 2, 3, 4], [2, 2])).data();
    expect([...y]).toEqual([Number.NaN, Number.NaN, 4, 6, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
    const last = [...(await tf.matMul(a, tf.ones([3, 9]), true).data())];
    expect(last.slice(9)).toEqual(Array(9).fill(Number.NaN));
    expect(last.slice(0, 9)).toEqual(Array(9).fill(Number.POSITIVE_INFINITY));
  });
});

type ConvolutionCase = {
  x: [number, number, number, number];
  filter: [number, number, number, number];
  strides?: [number, number];
  padding?: Padding2D;
  dilation?: number;
};

/** Odd sides and channels, paddings that differ from side to side, strides beyond the filter, both kinds of Winograd's tiles. */
const CONVOLUTIONS: ConvolutionCase[] = [
  { x: [1, 1, 1, 1], filter: [1, 1, 1, 1] },
  { x: [2, 5, 4, 3], filter: [1, 1, 3, 7] },
  {
    x: [2, 9, 7, 18],
    filter: [3, 3, 18, 13],
    padding: [
      [1, 1],
      [0, 2],
    ],
  },
  {
    x: [1, 13, 11, 5],
    filter: [3, 2, 5, 12],
    strides: [2, 1],
    padding: [
      [0, 2],
      [1, 0],
    ],
  },
  {
    x: [2, 15, 14, 3],
    filter: [7, 7, 3, 9],
    strides: [2, 2],
    padding: [
      [3, 3],
      [3, 2],
    ],
  },
  {
    x: [1, 12, 17, 19],
    filter: [3, 3, 19, 8],
    strides: [2, 3],
    padding: [
      [1, 1],
      [2, 0],
    ],
  },
  { x: [1, 9, 10, 17], filter: [1, 1, 17, 6], strides: [2, 2] },
  {
    x: [1, 9, 10, 17],
    filter: [2, 2, 17, 6],
    strides: [3, 4],
    padding: [
      [1, 0],
      [0, 1],
    ],
  },
  {
    x: [1, 11, 12, 20],
    filter: [3, 3, 20, 9],
    padding: [
      [2, 2],
      [2, 2],
    ],
    dilation: 2,
  },
  {
    x: [1, 14, 13, 16],
    filter: [3, 3, 16, 5],
    strides: [2, 2],
    padding: [
      [3, 2],
      [1, 3],
    ],
    dilation: 3,
  },
  {
    x: [1, 8, 9, 2],
    filter: [3, 3, 2, 4],
    strides: [3, 2],
    padding: [
      [2, 2],
      [2, 2],
    ],
    dilation: 2,
  },
  {
    x: [2, 19, 14, 32],
    filter: [3, 3, 32, 36],
    padding: [
      [1, 1],
      [0, 2],
    ],
  },
  {
    x: [1, 17, 18, 36],
    filter: [3, 3, 36, 32],
    padding: [
      [2, 1],
      [2, 2],
    ],
  },
  { x: [1, 4, 5, 1100], filter: [1, 1, 1100, 9] },
  {
    x: [1, 4, 5, 300],
    filter: [3, 3, 300, 9],
    padding: [
      [1, 1],
      [1, 1],
    ],
  },
  { x: [1, 70, 40, 4], filter: [1, 1, 4, 700] },
];

/** Tells of every pair of input pixel and output pixel that a tap joins, as numbers of pixels. */
function eachTap({
  x,
  filter,
  strides = [1, 1],
  padding = [
    [0, 0],
    [0, 0],
  ],
  dilation = 1,
}: ConvolutionCase) {
  const [batch, height, width] = x;
  const [tall, wide] = filter;
  const side = (all: number, taps: number, step: number, [before, after]: [number, number]): number =>
    Math.floor((all + before + after - (taps - 1) * dilation - 1) / step) + 1;
  const [outHeight, outWidth] = [side(height, tall, strides[0], padding[0]), side(width, wide, strides[1], padding[1])];
  const visit = (see: (from: number, to: number, tap: number) => void): void => {
    for (let i = 0; i < batch * outHeight * outWidth; i++)
      for (let tap = 0; tap < tall * wide; tap++) {
        const [column, row] = [i % outWidth, Math.floor(i / outWidth) % outHeight];
        const y = row * strides[0] + Math.floor(tap / wide) * dilation - padding[0][0];
        const z = column * strides[1] + (tap % wide) * dilation - padding[1][0];
        if (y < 0 || y >= height || z < 0 || z >= width) continue;
        see((Math.floor(i / (outWidth * outHeight)) * height + y) * width + z, i, tap);
      }
  };
  return { visit, shape: [batch, outHeight, outWidth, filter[3]] as [number, number, number, number] };
}

onEveryBackend('convolutions in float64', () => {
  const named = CONVOLUTIONS.map((given) => ({ given, title: JSON.stringify(given) }));

  test.each(named)('$title', async ({ given }) => {
    const {
      strides = [1, 1],
      padding = [
        [0, 0],
        [0, 0],
      ] as Padding2D,
      dilation = 1,
    } = given;
    const [x, filter] = [values(given.x, 1) as tf.Tensor4D, values(given.filter, 2) as tf.Tensor4D];
    const { visit, shape } = eachTap(given);
    const dy = values(shape, 3) as tf.Tensor4D;
    const [xs, weights, upstream] = [await x.data(), await filter.data(), await dy.data()];
    const [, , inputs, outputs] = given.filter;
    const each = (f: (input: number, weight: number, output: number) => void): void =>
      visit((from, to, tap) => {
        for (let c = 0; c < inputs; c++)
          for (let n = 0; n < outputs; n++) f(from * inputs + c, (tap * inputs + c) * outputs + n, to * outputs + n);
      });
    const y = conv2d(x, filter, { strides, padding, dilation });
    expect(y.shape).toEqual(shape);
    await expectSums(
      y,
      sums(y.size, (add) => each((i, w, o) => add(o, xs[i]!, weights[w]!))),
    );
    const geometry = { strides, padding, dilation };
    const dx = inputGradient(dy, filter, given.x, geometry);
    await expectSums(
      dx,
      sums(dx.size, (add) => each((i, w, o) => add(i, upstream[o]!, weights[w]!))),
    );
    const dw = filterGradient(dy, x, given.filter, geometry);
    await expectSums(
      dw,
      sums(dw.size, (add) => each((i, w, o) => add(w, upstream[o]!, xs[i]!))),
    );
  });

  test.each(['relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu'] as const)(
    'tfjs fuses %s and bias as it composes them',
    async (activation) => {
      const [x, filter, bias] = [values([1, 5, 6, 3], 1), values([3, 3, 3, 5], 2), values([5], 3)];
      const shape = { x: x as tf.Tensor4D, filter: filter as tf.Tensor4D, strides: 1, pad: 'same' as const };
      const fused = tf.fused.conv2d({ ...shape, bias, activation, leakyreluAlpha: 0.3 });
      const plain = tf.add(tf.conv2d(shape.x, shape.filter, 1, 'same'), bias);
      const follow = { relu: tf.relu, relu6: tf.relu6, elu: tf.elu, sigmoid: tf.sigmoid };
      const composed = activation === 'leakyrelu' ? tf.leakyRelu(plain, 0.3) : follow[activation](plain);
      expect(await tf.max(tf.abs(tf.sub(fused, composed))).array()).toBeLessThan(1e-6);
      const rows = tf.fused.matMul({
        a: values([4, 3], 1) as tf.Tensor2D,
        b: values([3, 5], 2) as tf.Tensor2D,
        bias,
        activation,
        leakyreluAlpha: 0.3,
      });
      const product = tf.add(tf.matMul(values([4, 3], 1), values([3, 5], 2)), bias);
      const expected = activation === 'leakyrelu' ? tf.leakyRelu(product, 0.3) : follow[activation](product);
      expect(await tf.max(tf.abs(tf.sub(rows, expected))).array()).toBeLessThan(1e-6);
    },
  );

  test('NaN reaches the pixels that see it, and no others; relu keeps it', async () => {
    const x = tf.buffer([1, 5, 5, 1]);
    x.set(Number.NaN, 0, 0, 0, 0);
    const y = conv2d(x.toTensor() as tf.Tensor4D, tf.ones([3, 3, 1, 1]), { padding: 1, activation: 'relu' });
    const lost = [...(await y.data())].map(Number.isNaN);
    expect(lost.flatMap((found, i) => (found ? [i] : []))).toEqual([0, 1, 5, 6]);
  });

  test('calls leave neither tensors nor memory behind', () => {
    const heap = () => (tf.backend() as { wasm?: { HEAPU8: Uint8Array } }).wasm?.HEAPU8.length ?? 0;
    const used: number[] = [];
    for (let call = 0; call < 12; call++) {
      tf.tidy(() => {
        const [x, filter] = [tf.ones([1, 16, 16, 32]) as tf.Tensor4D, tf.ones([3, 3, 32, 32]) as tf.Tensor4D];
        const [rows, weight] = [tf.reshape(x, [256, 32]), tf.ones([32, 32])];
        expectTidy(() => conv2d(x, filter, { padding: 1 }));
        expectTidy(() => linear(rows, weight));
        filterGradient(x, x, [3, 3, 32, 32], {
          strides: [1, 1],
          padding: [
            [1, 1],
            [1, 1],
          ],
          dilation: 1,
        });
        inputGradient(x, filter, [1, 32, 32, 32], {
          strides: [2, 2],
          padding: [
            [1, 1],
            [1, 1],
          ],
          dilation: 1,
        });
      });
      used.push(heap());
    }
    expect(used.at(-1)).toBe(used[2]);
  });
});
