import { expectClose, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { random } from '../../../test/kernel-checks.ts';
import { asStored } from '../as-stored/as-stored.ts';
import { attentionOfParts, attentionOfPartsReference } from '../attention/attention.ts';
import { conv2d, conv2dReference } from '../conv2d/conv2d.ts';
import { offsetSamplingOfParts, offsetSamplingOfPartsReference } from '../deformable-sampling/offset-sampling.ts';
import { groupNormThen, groupNormThenReference } from '../group-norm/group-norm.ts';
import { linear, linearReference } from '../linear/linear.ts';
import { linearNorm, linearNormReference } from '../linear-norm/linear-norm.ts';
import { maxPool } from '../max-pool/max-pool.ts';
import { positionedLinear, positionedLinearReference } from '../positioned-linear/positioned-linear.ts';
import { summedConv, summedConvReference } from '../summed-conv/summed-conv.ts';
import { isHalves, setHalfStorage } from './half-storage.ts';
import { runProgram } from './run-program.ts';

/** Half of the last place of a half, 2⁻¹¹ of a number: what storing a result takes from it, beside the bounds of the kernels. */
const ROUNDING = 2 ** -11;
/** Of numbers in single precision: the bound of the kernels on floats. */
const OWN = 5e-5;

const numBytes = () => (tf.memory() as unknown as { numBytesInGPU: number }).numBytesInGPU;
const areHalves = (x: tf.Tensor) => isHalves(tf.backend(), x);

/** Result of a kernel that reads and writes halves, and of plain ops on the same numbers. */
type Case = { title: string; writes: boolean; run: () => [fast: tf.Tensor, plain: () => tf.Tensor] };

const map = (shape: number[], seed: number) => asStored(random(shape, seed)) as tf.Tensor4D;
const CASES: Case[] = [
  {
    title: 'conv2d',
    writes: true,
    run: () => {
      const [x, filter, bias] = [map([1, 9, 10, 12], 1), map([3, 3, 12, 20], 2), random([20], 3)];
      const attrs = { strides: [2, 2], padding: [[1, 1], [1, 1]], dilation: 1, activation: 'relu' } as Parameters<typeof conv2dReference>[1]; // biome-ignore format: sides
      return [conv2d(x, filter, { ...attrs, bias }), () => conv2dReference({ x, filter, bias }, attrs)];
    },
  },
  {
    title: 'conv2d of three channels, without a bias',
    writes: true,
    run: () => {
      const [x, filter] = [random([1, 9, 10, 3], 1) as tf.Tensor4D, random([5, 3, 3, 8], 2) as tf.Tensor4D];
      const attrs = { strides: [1, 1], padding: [[0, 0], [1, 1]], dilation: 2, activation: 'linear' } as Parameters<typeof conv2dReference>[1]; // biome-ignore format: sides
      return [conv2d(x, filter, { ...attrs, dilation: 2 }), () => conv2dReference({ x, filter }, attrs)];
    },
  },
  {
    title: 'summedConv',
    writes: true,
    run: () => {
      const inputs = {
        ...{ x: map([1, 4, 5, 8], 1), filter: map([1, 1, 8, 12], 2), skipped: map([1, 7, 9, 4], 3) },
        ...{ shortcut: map([1, 1, 4, 12], 4), bias: random([12], 5) },
      };
      const attrs = { strides: [2, 2], activation: 'relu' } as Parameters<typeof summedConv>[1];
      return [summedConv(inputs, attrs), () => summedConvReference(inputs, attrs)];
    },
  },
  {
    title: 'linear',
    writes: true,
    run: () => {
      const [x, weight, bias] = [map([37, 20], 1), map([20, 12], 2), random([12], 3)] as tf.Tensor[];
      return [linear(x!, weight!, bias, 'relu'), () => linearReference({ x: x!, weight: weight!, bias }, { activation: 'relu' })]; // biome-ignore format: a pair
    },
  },
  {
    title: 'positionedLinear',
    writes: true,
    run: () => {
      const [x, position, weight] = [map([1, 37, 20], 1), map([37, 20], 2), map([20, 12], 3)] as tf.Tensor[];
      const inputs = { x: tf.reshape(x!, [37, 20]), position: position!, weight: weight!, bias: random([12], 4) };
      const fast = positionedLinear({ ...inputs, x: x as tf.Tensor3D }, 8);
      return [fast, () => tf.reshape(positionedLinearReference(inputs, { columns: 8 }), fast.shape)];
    },
  },
  {
    title: 'linearNorm',
    writes: true,
    run: () => {
      const inputs = { x: map([37, 20], 1), weight: map([20, 44], 2), residual: map([37, 44], 3), vectors: random([3, 44], 4) }; // biome-ignore format: inputs
      const attrs = { epsilon: 1e-5 };
      return [linearNorm(inputs as never, attrs)[0]!, () => linearNormReference(inputs, attrs)[0]!];
    },
  },
  {
    title: 'maxPool',
    writes: true,
    run: () => {
      const x = map([1, 8, 6, 8], 1);
      return [maxPool(x, { size: 2, strides: 2 }), () => tf.maxPool(x, 2, 2, 'valid')];
    },
  },
  {
    title: 'groupNormThen',
    writes: true,
    run: () => {
      const inputs = { x: map([1, 6, 8, 16], 1), gain: random([16], 2), bias: random([16], 3), coarser: map([1, 3, 4, 16], 4) }; // biome-ignore format: inputs
      const attrs = { groups: 4, epsilon: 1e-5, activation: 'linear', resize: 'bilinear' } as const;
      return [groupNormThen(inputs, attrs), () => groupNormThenReference(inputs, attrs)];
    },
  },
  {
    title: 'offsetSamplingOfParts',
    writes: true,
    run: () => {
      const samples = map([1, 23, 60], 1) as tf.Tensor as tf.Tensor3D;
      const reference = tf.sigmoid(random([1, 23, 1, 2], 3)) as tf.Tensor4D;
      const attrs = { levels: [[3, 5], [4, 2]] as [number, number][], numHeads: 2, dim: 16, numPoints: 3, first: { offsets: 0, logits: 24, value: 36 } }; // biome-ignore format: sizes
      const inputs = { value: samples, samples, reference };
      return [offsetSamplingOfParts(inputs, attrs), () => offsetSamplingOfPartsReference(inputs, attrs)];
    },
  },
  {
    title: 'attentionOfParts',
    writes: false,
    run: () => {
      const [query, key] = [random([1, 7, 16], 1), map([1, 23, 32], 2)] as tf.Tensor[] as tf.Tensor3D[];
      const inputs = { query: query!, key: key!, value: key! };
      const attrs = { numHeads: 2, dim: 16, parts: [0, 0, 1] as [number, number, number] };
      const scale = 1 / Math.sqrt(8);
      return [attentionOfParts(inputs, attrs), () => attentionOfPartsReference(inputs, { ...attrs, scale })];
    },
  },
];

onEveryBackend(
  'storage as halves',
  () => {
    beforeEach(() => setHalfStorage(true, 1));
    afterEach(() => setHalfStorage(false));

    test.each(CASES)('$title reads and writes halves', async ({ run, writes }) => {
      const [fast, plain] = tf.tidy(() => {
        const [result, reference] = run();
        expect(areHalves(result)).toBe(writes);
        return [result, reference()];
      });
      const tolerance = OWN + (writes ? ROUNDING : 0);
      await expectClose(fast, plain, { absolute: tolerance, relative: tolerance });
    });

    test('numbers that no half holds become the nearest that one does, and NaN stays', async () => {
      const { POSITIVE_INFINITY, NEGATIVE_INFINITY, NaN: none } = Number;
      const given = [65504, 65519.9, 1e6, -1e30, POSITIVE_INFINITY, NEGATIVE_INFINITY, none, 2 ** -24];
      const stored = asStored(tf.tensor1d(given));
      expect(areHalves(stored)).toBe(true);
      expect([...(await stored.data())]).toEqual([65504, 65504, 65504, -65504, 65504, -65504, none, 2 ** -24]);
    });

    test('who knows of no halves finds floats: ops of tfjs, other shapes of the tensor, who reads values', async () => {
      const values = Array.from({ length: 24 }, (_, i) => i / 4 - 3); // halves, each of them
      const stored = asStored(tf.tensor2d(values, [4, 6]));
      const shaped = tf.reshape(stored, [2, 12]);
      expect([areHalves(stored), areHalves(shaped)]).toEqual([true, true]);
      await expectClose(tf.add(shaped, 1), values.map((v) => v + 1)); // biome-ignore format: one step
      expect(areHalves(stored)).toBe(false);
      await expectClose(stored, values);
      await expectClose(asStored(stored), values);
    });

    test('a shader that reads one tensor both ways reads floats', async () => {
      const tensor = asStored(tf.tensor1d([1, 2, 3, 4]));
      const info = runProgram(tf.backend(), {
        key: 'read_both_ways',
        inputs: { any: { tensor, anyStorage: true }, floats: { tensor } },
        outputShape: [4],
        invocations: 4,
        code: 'fn main(i: i32) { if (i < 4) { result[i] = anyAt(i) + 10.0 * floats[i]; } }',
      });
      await expectClose(tf.engine().makeTensorFromTensorInfo(info), [11, 22, 33, 44]);
    });

    test('takes half the bytes, and gives them back, made floats or not', async () => {
      await tf.zeros([1]).data(); // what was disposed of waits for the next submission
      const before = numBytes();
      const x = tf.ones([64, 64]);
      const [stored, widened] = [asStored(x), asStored(x)];
      const y = tf.add(widened, 1);
      await y.data();
      expect(numBytes() - before).toBe(3 * 4 * 64 * 64 + 2 * 64 * 64);
      tf.dispose([x, stored, widened, y]);
      await tf.zeros([1]).data();
      expect(numBytes()).toBe(before);
    });

    test('never on a tape: gradients read what was stored', async () => {
      const x = random([8, 8], 1);
      const weight = random([8, 8], 2);
      const gradient = () => tf.grad((w) => tf.sum(tf.square(linear(x, w, undefined, 'relu'))))(weight);
      const found = gradient();
      setHalfStorage(false);
      await expectClose(found, gradient(), { absolute: 0, relative: 0 });
    });

    test('not for few numbers, nor where nobody asks', () => {
      setHalfStorage(true);
      expect(areHalves(asStored(tf.ones([255, 256])))).toBe(false);
      expect(areHalves(asStored(tf.ones([256, 256])))).toBe(true);
      setHalfStorage(false);
      expect(areHalves(asStored(tf.ones([256, 256])))).toBe(false);
    });
  },
  { only: ['webgpu'] },
);
