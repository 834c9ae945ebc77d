import { expectClose, expectGradient, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { vjp } from '../src/gradients/vjp.ts';
import { useBackend } from '../src/index.ts';
import { withSupportRow } from './support-rows.ts';

/** Range that a case draws its inputs from: around zero, above zero, or well apart from each other, for maxima. */
type Draw = 'normal' | 'positive' | 'distinct';

type Case = {
  op: string;
  shapes: number[][];
  f: (...xs: tf.Tensor[]) => tf.Tensor;
  draw?: Draw;
  epsilon?: number;
};

const ints = (values: number[], shape: number[]) => tf.tensor(values, shape, 'int32');
const IMAGE = [2, 7, 6, 4];

const unary = (op: string, f: (x: tf.Tensor) => tf.Tensor, draw: Draw = 'normal'): Case => ({
  op,
  shapes: [[3, 4, 5]],
  f,
  draw,
});

const CASES: Case[] = [
  unary('abs', tf.abs, 'distinct'),
  unary('cos', tf.cos),
  unary('sin', tf.sin),
  unary('elu', tf.elu),
  unary('erf', tf.erf),
  unary('exp', tf.exp),
  unary('expm1', tf.expm1),
  unary('log', tf.log, 'positive'),
  unary('log1p', tf.log1p, 'positive'),
  unary('leakyRelu', (x) => tf.leakyRelu(x, 0.1), 'distinct'),
  unary('neg', tf.neg),
  unary('reciprocal', tf.reciprocal, 'positive'),
  unary('relu', tf.relu, 'distinct'),
  unary('relu6', tf.relu6, 'distinct'),
  unary('rsqrt', tf.rsqrt, 'positive'),
  unary('sigmoid', tf.sigmoid),
  unary('logSigmoid', tf.logSigmoid),
  unary('softplus', tf.softplus),
  unary('sqrt', tf.sqrt, 'positive'),
  unary('square', tf.square),
  unary('tanh', tf.tanh),
  unary('clipByValue', (x) => tf.clipByValue(x, -1.33, 1.27), 'distinct'),
  unary('floor, through x − ⌊x⌋', (x) => tf.sub(x, tf.floor(x)), 'distinct'),
  unary('a threshold of the input', (x) => tf.mul(x, tf.cast(tf.greater(x, 0.1), 'float32')), 'distinct'),
  { op: 'prelu', shapes: [[3, 5], [5]], f: (x, alpha) => tf.prelu(x, alpha), draw: 'distinct' },
  {
    op: 'add with broadcasting',
    shapes: [
      [2, 1, 3, 1, 2],
      [1, 3, 1, 2, 1],
    ],
    f: (a, b) => tf.add(a, b),
  },
  { op: 'sub with broadcasting', shapes: [[3, 4], [4]], f: (a, b) => tf.sub(a, b) },
  {
    op: 'mul with broadcasting',
    shapes: [
      [2, 1, 3, 1, 2],
      [3, 3, 1, 2],
    ],
    f: (a, b) => tf.mul(a, b),
  },
  { op: 'div with broadcasting', shapes: [[3, 4], [4]], f: (a, b) => tf.div(a, b), draw: 'positive' },
  { op: 'squaredDifference with broadcasting', shapes: [[3, 4], [4]], f: (a, b) => tf.squaredDifference(a, b) },
  {
    op: 'maximum',
    shapes: [
      [3, 4],
      [3, 4],
    ],
    f: (a, b) => tf.maximum(a, tf.add(b, 0.2)),
    draw: 'distinct',
  },
  {
    op: 'minimum',
    shapes: [
      [3, 4],
      [3, 4],
    ],
    f: (a, b) => tf.minimum(a, tf.add(b, 0.2)),
    draw: 'distinct',
  },
  { op: 'pow', shapes: [[3, 4], [4]], f: (a, b) => tf.pow(a, b), draw: 'positive' },
  {
    op: 'addN',
    shapes: [
      [3, 4],
      [3, 4],
      [3, 4],
    ],
    f: (...xs) => tf.addN(xs),
  },
  unary('addN of one', (x) => tf.addN([tf.square(x)])),
  { op: 'sum', shapes: [[2, 3, 4, 5]], f: (x) => tf.sum(x, [1, 3]) },
  { op: 'mean', shapes: [[2, 3, 4, 5]], f: (x) => tf.mean(x, [0, 2]) },
  { op: 'max', shapes: [[3, 5]], f: (x) => tf.max(x, 1), draw: 'distinct' },
  { op: 'min', shapes: [[3, 5]], f: (x) => tf.min(x, 0), draw: 'distinct' },
  { op: 'prod', shapes: [[3, 5]], f: (x) => tf.prod(x, 1), draw: 'positive' },
  { op: 'norm', shapes: [[3, 5]], f: (x) => tf.norm(x, 2, -1) },
  { op: 'logSumExp', shapes: [[3, 7]], f: (x) => tf.logSumExp(x, -1) },
  { op: 'cumsum', shapes: [[3, 5]], f: (x) => tf.cumsum(x, 1) },
  { op: 'cumsum of another length', shapes: [[2, 9]], f: (x) => tf.cumsum(x, 1, false, true) },
  { op: 'cumsum along the first axis', shapes: [[3, 5]], f: (x) => tf.cumsum(x, 0, true, true) },
  { op: 'cumsum along a middle axis', shapes: [[2, 3, 4, 2]], f: (x) => tf.cumsum(x, 1) },
  { op: 'softmax', shapes: [[2, 3, 2, 2, 7]], f: (x) => tf.softmax(tf.mul(x, 3)) },
  { op: 'logSoftmax', shapes: [[3, 7]], f: (x) => tf.logSoftmax(tf.mul(x, 3)) },
  { op: 'moments', shapes: [[3, 7]], f: (x) => tf.moments(x, -1).variance },
  { op: 'reshape', shapes: [[3, 4]], f: (x) => tf.reshape(x, [2, 6]) },
  { op: 'expandDims', shapes: [[3, 4]], f: (x) => tf.expandDims(x, 1) },
  { op: 'transpose [0, 2, 1]', shapes: [[2, 5, 7]], f: (x) => tf.transpose(x, [0, 2, 1]) },
  { op: 'transpose of large matrices', shapes: [[2, 37, 41]], f: (x) => tf.transpose(x, [0, 2, 1]) },
  { op: 'transpose [0, 2, 1, 3]', shapes: [[2, 3, 5, 8]], f: (x) => tf.transpose(x, [0, 2, 1, 3]) },
  { op: 'transpose [0, 3, 1, 2]', shapes: [[2, 3, 4, 5]], f: (x) => tf.transpose(x, [0, 3, 1, 2]) },
  { op: 'transpose [2, 0, 1]', shapes: [[4, 3, 5]], f: (x) => tf.transpose(x, [2, 0, 1]) },
  { op: 'transpose [3, 2, 0, 1]', shapes: [[4, 3, 5, 2]], f: (x) => tf.transpose(x, [3, 2, 0, 1]) },
  { op: 'transpose that moves nothing', shapes: [[4, 1, 5]], f: (x) => tf.transpose(x, [1, 0, 2]) },
  { op: 'transpose of rank 6', shapes: [[2, 3, 2, 2, 3, 2]], f: (x) => tf.transpose(x, [0, 5, 1, 3, 2, 4]) },
  { op: 'slice', shapes: [[4, 5, 3]], f: (x) => tf.slice(x, [1, 0, 1], [2, 4, 2]) },
  { op: 'slice of rank 5', shapes: [[2, 3, 2, 3, 2]], f: (x) => tf.slice(x, [0, 1, 0, 1, 0], [2, 2, 1, 2, 2]) },
  {
    op: 'slice of rank 6',
    shapes: [[2, 3, 2, 3, 2, 2]],
    f: (x) => tf.slice(x, [0, 1, 0, 1, 0, 1], [2, 2, 1, 2, 2, 1]),
  },
  { op: 'stridedSlice', shapes: [[6, 5]], f: (x) => tf.stridedSlice(x, [1, 1], [6, 5], [2, 3]) },
  {
    op: 'pad',
    shapes: [[2, 3, 2]],
    f: (x) =>
      tf.pad(
        x,
        [
          [0, 1],
          [2, 0],
          [1, 1],
        ],
        0.5,
      ),
  },
  {
    op: 'pad of rank 5',
    shapes: [[1, 2, 3, 2, 2]],
    f: (x) =>
      tf.pad(
        x,
        [
          [0, 0],
          [0, 1],
          [2, 0],
          [1, 1],
          [0, 1],
        ],
        0.5,
      ),
  },
  {
    op: 'concat',
    shapes: [
      [2, 3, 4],
      [2, 2, 4],
    ],
    f: (a, b) => tf.concat([a, b], 1),
  },
  {
    op: 'concat of rank 5',
    shapes: [
      [2, 2, 2, 2, 3],
      [2, 2, 2, 2, 1],
    ],
    f: (a, b) => tf.concat([a, b], -1),
  },
  { op: 'split', shapes: [[2, 6]], f: (x) => tf.concat(tf.split(x, [1, 2, 3], 1).toReversed(), 1) },
  {
    op: 'stack',
    shapes: [
      [2, 3],
      [2, 3],
    ],
    f: (a, b) => tf.stack([a, b], 1),
  },
  { op: 'unstack', shapes: [[2, 3, 4]], f: (x) => tf.addN(tf.unstack(x, 1)) },
  { op: 'reverse', shapes: [[2, 4, 3]], f: (x) => tf.reverse(x, 1) },
  { op: 'tile', shapes: [[2, 1, 3]], f: (x) => tf.tile(x, [2, 4, 1]) },
  { op: 'broadcastTo', shapes: [[2, 1, 3]], f: (x) => tf.broadcastTo(x, [5, 2, 4, 3]) },
  { op: 'gather along axis 0', shapes: [[6, 3]], f: (x) => tf.gather(x, ints([5, 0, 0, 3], [4])) },
  { op: 'gather along axis 1', shapes: [[2, 6, 3]], f: (x) => tf.gather(x, ints([5, 0, 0, 3], [2, 2]), 1) },
  {
    op: 'gather with a batch axis',
    shapes: [[2, 6, 3]],
    f: (x) => tf.gather(x, ints([5, 0, 0, 1, 3, 1], [2, 3]), 1, 1),
  },
  { op: 'gatherND', shapes: [[4, 5, 3]], f: (x) => tf.gatherND(x, ints([0, 1, 3, 4, 0, 1], [3, 2])) },
  { op: 'scatterND', shapes: [[3, 4]], f: (x) => tf.scatterND(ints([1, 3, 1], [3, 1]), x, [5, 4]) },
  {
    op: 'unsortedSegmentSum',
    shapes: [[6, 3]],
    f: (x) => tf.unsortedSegmentSum(x, ints([0, 1, 0, 2, 1, 0], [6]) as tf.Tensor1D, 3),
  },
  {
    op: 'where',
    shapes: [
      [3, 4],
      [3, 4],
    ],
    f: (a, b) => tf.where(tf.greater(a, 0.1), a, b),
    draw: 'distinct',
  },
  {
    op: 'where with a broadcast condition',
    shapes: [
      [3, 4],
      [3, 4],
    ],
    f: (a, b) => tf.where(tf.tensor2d([[1], [0], [1]], [3, 1], 'bool'), a, b),
  },
  { op: 'topk', shapes: [[3, 9]], f: (x) => tf.topk(x, 3).values, draw: 'distinct' },
  {
    op: 'gather by topk of the same tensor',
    shapes: [[9]],
    f: (x) => tf.gather(x, tf.topk(x, 3).indices),
    draw: 'distinct',
  },
  {
    op: 'matMul',
    shapes: [
      [5, 7],
      [7, 3],
    ],
    f: (a, b) => tf.matMul(a, b),
  },
  {
    op: 'matMul, b transposed',
    shapes: [
      [5, 7],
      [3, 7],
    ],
    f: (a, b) => tf.matMul(a, b, false, true),
  },
  {
    op: 'matMul, a transposed',
    shapes: [
      [7, 5],
      [7, 3],
    ],
    f: (a, b) => tf.matMul(a, b, true),
  },
  {
    op: 'matMul of rank 5',
    shapes: [
      [2, 2, 2, 3, 4],
      [2, 2, 2, 4, 3],
    ],
    f: (a, b) => tf.matMul(a, b),
  },
  {
    op: 'matMul with one matrix',
    shapes: [
      [2, 5, 7],
      [1, 7, 3],
    ],
    f: (a, b) => tf.matMul(a, b),
  },
  {
    op: 'fused.matMul of batches',
    shapes: [[2, 5, 60], [2, 60, 3], [3]],
    f: (a, b, bias) => tf.fused.matMul({ a: a as tf.Tensor3D, b: b as tf.Tensor3D, bias }),
  },
  {
    op: 'batchNorm',
    shapes: [IMAGE, [4], [4], [4], [4]],
    f: (x, m, v, o, s) =>
      tf.batchNorm(x as tf.Tensor4D, m as tf.Tensor1D, v as tf.Tensor1D, o as tf.Tensor1D, s as tf.Tensor1D, 1e-5),
    draw: 'positive',
  },
  {
    op: 'tf.conv2d',
    shapes: [IMAGE, [3, 3, 4, 5]],
    f: (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 2, 'same'),
  },
  {
    op: 'tf.conv2dTranspose',
    shapes: [
      [1, 4, 5, 3],
      [2, 2, 4, 3],
    ],
    f: (x, w) => tf.conv2dTranspose(x as tf.Tensor4D, w as tf.Tensor4D, [1, 8, 10, 4], 2, 'valid'),
  },
  {
    op: 'tf.depthwiseConv2d',
    shapes: [IMAGE, [3, 3, 4, 1]],
    f: (x, w) => tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same'),
  },
  { op: 'tf.maxPool', shapes: [[1, 8, 8, 2]], f: (x) => tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid'), draw: 'distinct' },
  { op: 'tf.avgPool', shapes: [IMAGE], f: (x) => tf.avgPool(x as tf.Tensor4D, 2, 2, 'same') },
  ...(
    [
      [14, 12],
      [5, 4],
    ] as [number, number][]
  ).flatMap((size): Case[] => [
    {
      op: `tf.image.resizeBilinear to ${size}`,
      shapes: [IMAGE],
      f: (x) => tf.image.resizeBilinear(x as tf.Tensor4D, size),
    },
    {
      op: `tf.image.resizeBilinear at half-pixel centers to ${size}`,
      shapes: [IMAGE],
      f: (x) => tf.image.resizeBilinear(x as tf.Tensor4D, size, false, true),
    },
    {
      op: `tf.image.resizeNearestNeighbor at half-pixel centers to ${size}`,
      shapes: [IMAGE],
      f: (x) => tf.image.resizeNearestNeighbor(x as tf.Tensor4D, size, false, true),
    },
  ]),
];

/** Values at least 0.07 apart from each other and from multiples of 0.1, in a fixed disorder. */
function distinct(shape: number[], seed: number): tf.Tensor {
  const size = shape.reduce((product, side) => product * side, 1);
  const step = [7, 11, 13].find((prime) => size % prime !== 0)!;
  const order = Array.from({ length: size }, (_, i) => (i * step + seed) % size);
  return tf.tensor(
    order.map((rank) => (rank - Math.floor(size / 2)) * 0.1 + 0.05),
    shape,
  );
}

function draw(shape: number[], seed: number, kind: Draw = 'normal'): tf.Tensor {
  if (kind === 'distinct') return distinct(shape, seed);
  const normal = tf.randomNormal(shape, 0, 0.7, 'float32', seed);
  return kind === 'normal' ? normal : tf.add(tf.abs(normal), 0.5);
}

onEveryBackend('gradients of tfjs ops', (backend) => {
  test.each(CASES)(
    '$op agrees with cpu and with central differences',
    async ({ op, shapes, f, draw: kind, epsilon = 1e-2 }) => {
      const inputs = shapes.map((shape, i) => draw(shape, i + 1, kind));
      const output = tf.tidy(() => f(...inputs));
      await withSupportRow(op, backend, {
        forward: async () => {
          if (backend !== 'cpu') await expectClose(output, await onCpu(inputs, f));
        },
        gradient: async () => {
          const direction = tf.randomNormal(output.shape, 0, 1, 'float32', 99);
          for (let i = 0; i < inputs.length; i++) {
            const along = (x: tf.Tensor) =>
              tf.sum(tf.mul(direction, f(...inputs.map((input, j) => (i === j ? x : input)))));
            await expectGradient(along, inputs[i], { epsilon, tolerance: 5e-3 });
          }
        },
      });
    },
  );

  async function onCpu(inputs: tf.Tensor[], f: Case['f']): Promise<Float32Array> {
    const values = await Promise.all(inputs.map((input) => input.data()));
    await useBackend('cpu');
    const result = tf.tidy(() => f(...inputs.map((input, i) => tf.tensor(values[i], input.shape))));
    const expected = await result.data();
    result.dispose();
    await useBackend(backend);
    return expected as Float32Array;
  }

  test('a derivative of a derivative leaves the outer one whole', async () => {
    const cube = (x: tf.Tensor) => tf.mul(x, tf.square(x));
    const slope = tf.customGrad((x) => ({
      value: cube(x as tf.Tensor),
      gradFunc: (dy) => vjp(cube, [x as tf.Tensor], dy)[0],
    }));
    const x = tf.tensor1d([1, 2]);
    expect([
      ...(await tf
        .grad((y) => tf.mul(slope(y), y))(x)
        .data()),
    ]).toEqual([4, 32]);
  });
});
