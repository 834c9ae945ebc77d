import { ShapeError } from '@seg/core';
import { expectClose, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import {
  assignCells,
  balancedCrossEntropy,
  boundaryLoss,
  classCrossEntropy,
  diceDistance,
  diceLoss,
  instanceDiscrimination,
  lovaszHinge,
  lovaszHingeSlopes,
  lovaszSlopes,
  lovaszSoftmax,
  lovaszSoftmaxSlopes,
  MASK2FORMER_LOSS,
  maskCrossEntropy,
  maskCrossEntropyLoss,
  maskDiceDistance,
  matchMask2Former,
  panopticGrid,
  randomPoints,
  SOLO_LOSS,
  semanticCrossEntropy,
  sigmoidFocal,
  sigmoidFocalLoss,
  signedDistances,
  soloTerms,
  squaredDiceDistance,
  uncertainPoints,
} from '../src/index.ts';

type Term = (logits: tf.Tensor, targets: tf.Tensor) => tf.Tensor;
const two = (x: tf.Tensor) => x as tf.Tensor2D;
const three = (x: tf.Tensor) => tf.reshape(x, [x.shape[0], x.shape[1]!, 1]) as tf.Tensor3D;

const TERMS: Record<string, Term> = {
  diceDistance: (x, t) => diceDistance(two(x), two(t)),
  diceLoss: (x, t) => diceLoss(two(x), two(t), 1),
  sigmoidFocal: (x, t) => sigmoidFocal(x, t),
  sigmoidFocalLoss: (x, t) => sigmoidFocalLoss(two(x), two(t), 1),
  balancedCrossEntropy: (x, t) => balancedCrossEntropy(x, t, 2),
  maskCrossEntropy: (x, t) => maskCrossEntropy(two(x), two(t)),
  maskCrossEntropyLoss: (x, t) => maskCrossEntropyLoss(two(x), two(t), 1),
  squaredDiceDistance: (x, t) => squaredDiceDistance(three(x), three(t)),
  maskDiceDistance: (x, t) => maskDiceDistance(three(x), three(t)),
  boundaryLoss: (x, t) => boundaryLoss(two(x), two(t)),
  lovaszHinge: (x, t) => lovaszHinge(two(x), two(t), tf.onesLike(two(x))),
};
const NUMBERS = [0, -1, Number.NaN, Number.POSITIVE_INFINITY, undefined as unknown as number];
const X = [2, -1, 1, -3, 0, 4, -2, 1];
const T = [1, 0, 1, 1, 0, 1, 0, 0];

onEveryBackend('inputs of loss terms', () => {
  test.each(Object.keys(TERMS))('%s takes targets of the shape of the logits alone', (name) => {
    const x = tf.tensor2d(X, [2, 4]);
    const others: number[][] = [[1, 4], [2, 1], [1, 1], [4, 2], [2, 5]]; // biome-ignore format: shapes
    const before = tf.memory().numTensors;
    for (const shape of others) {
      const t = tf.ones(shape);
      expect(() => tf.tidy(() => TERMS[name](x, t)), `${shape}`).toThrow(ShapeError);
      t.dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  test.each(Object.keys(TERMS))('%s computes integers and truth values as it does numbers', async (name) => {
    const expected = TERMS[name](tf.tensor2d(X, [2, 4]), tf.tensor2d(T, [2, 4]));
    for (const dtype of ['int32', 'bool'] as const) {
      const t = tf.tensor2d(T, [2, 4], dtype);
      await expectClose(TERMS[name](tf.tensor2d(X, [2, 4], 'int32'), t), expected, { relative: 1e-6, absolute: 1e-6 });
    }
  });

  test.each(NUMBERS)('a normalizer or weight of %s is refused', (number) => {
    const [x, t] = [tf.tensor2d(X, [2, 4]), tf.tensor2d(T, [2, 4])];
    for (const loss of [diceLoss, sigmoidFocalLoss, maskCrossEntropyLoss]) {
      expect(() => loss(x, t, number)).toThrow(RangeError);
    }
    expect(() => balancedCrossEntropy(x, t, number)).toThrow('above 0 as positiveWeight');
    const masks = tf.ones<tf.Rank.R3>([1, 2, 2]);
    const grid = panopticGrid({ classes: new Int32Array(1), masks }, { things: new Set([0]), stride: 1 });
    expect(() => instanceDiscrimination(tf.ones([4, 2]), grid, number)).toThrow('temperature');
    expect(() => panopticGrid({ classes: new Int32Array(1), masks }, { things: new Set(), stride: number })).toThrow(
      'panopticGrid: expected a whole number of at least 1 as stride',
    );
  });

  test.each([-1, 3, 1.5, Number.NaN])('a label of %s is refused', (label) => {
    const x = tf.tensor2d([[1, 2, 3], [3, 2, 1]]); // biome-ignore format: one query a row
    const message = `classCrossEntropy: expected labels of 0 to 2, got ${label}`;
    expect(() => classCrossEntropy(x, [0, label], 0.1)).toThrow(message);
    if (tf.getBackend() !== 'webgpu' && !Number.isNaN(label))
      expect(() => classCrossEntropy(x, tf.tensor1d([0, label]), 0.1)).toThrow(message);
  });

  test('labels of another number, and a weight of no-object that is none', async () => {
    const x = tf.tensor2d([[1, 2, 3], [3, 2, 1]]); // biome-ignore format: one query a row
    expect(() => classCrossEntropy(x, tf.tensor1d([1], 'int32'), 0.1)).toThrow(ShapeError);
    expect(() => classCrossEntropy(x, [1], 0.1)).toThrow(ShapeError);
    for (const weight of [Number.NaN, undefined as unknown as number, -1, Number.POSITIVE_INFINITY]) {
      expect(() => classCrossEntropy(x, [0, 1], weight)).toThrow('noObjectWeight');
    }
    const whole = tf.tensor2d([[1, 2, 3], [3, 2, 1]], [2, 3], 'int32'); // biome-ignore format: one query a row
    await expectClose(classCrossEntropy(whole, [0, 2], 0.1), classCrossEntropy(x, tf.tensor1d([0, 2], 'int32'), 0.1));
  });

  test('slopes of Lovász want a list of labels, and targets of one shape', async () => {
    const x = tf.tensor2d([[1, 2, 3], [3, 2, 1]]); // biome-ignore format: one pixel a row
    await expect(lovaszSoftmaxSlopes(x, tf.tensor1d([0, 1]) as unknown as number[])).rejects.toThrow(TypeError);
    await expect(lovaszSoftmaxSlopes(x, ['0', '1'] as unknown as number[])).rejects.toThrow('a list of numbers');
    await expect(lovaszSoftmaxSlopes(x, [0])).rejects.toThrow('expected 2 numbers as labels, got 1');
    await expect(lovaszHingeSlopes(x, tf.ones([1, 3]))).rejects.toThrow(ShapeError);
    expect(() => lovaszHinge(x, tf.onesLike(x), tf.ones([1, 3]))).toThrow(ShapeError);
    expect(() => lovaszSoftmax(x, tf.tensor1d([0, 1], 'int32'), tf.ones([1, 3]))).toThrow(ShapeError);
    expect(() => lovaszSoftmax(x, tf.tensor1d([0], 'int32'), tf.onesLike(x))).toThrow(ShapeError);
    expect(() => lovaszSlopes([1, 2, 3], [1, 0])).toThrow('lovaszSlopes: expected 3 numbers as truth, got 2');
  });

  test('a class that the model does not have is refused', async () => {
    const masks = tf.ones<tf.Rank.R3>([1, 8, 8]);
    const config = { ...SOLO_LOSS, grids: [2], scaleRanges: [[1, 64]] as const };
    const targets = [{ classes: Int32Array.of(3), masks }];
    const assignment = await assignCells(targets, config);
    const inputs = { categoryLogits: [tf.zeros<tf.Rank.R4>([1, 2, 2, 3])], cellMaskLogits: () => tf.zeros<tf.Rank.R4>([1, 2, 2, 4]) }; // biome-ignore format: one object
    expect(() => soloTerms(inputs, targets, assignment, config)).toThrow('expected classes of 0 to 2, got 3');
    await expect(assignCells(targets, { ...config, grids: [2, 4] })).rejects.toThrow('expected 2 scaleRanges');
    await expect(assignCells(targets, { ...config, grids: [0] })).rejects.toThrow('as grids, got [0]');
    const grid = panopticGrid(targets[0], { things: new Set([0]), stride: 4 });
    expect(() => semanticCrossEntropy(tf.zeros([3, 5]), grid)).toThrow(ShapeError);
  });

  test.each([
    ['numPoints', 1.5],
    ['numPoints', 0],
    ['importanceRatio', 1.5],
    ['importanceRatio', Number.NaN],
    ['oversampleRatio', 0.5],
  ])('Mask2Former with %s of %d is refused', async (name, value) => {
    const matched = matchMask2Former([], [], { ...MASK2FORMER_LOSS, [name]: value }, randomPoints(Math.random));
    await expect(matched).rejects.toThrow(RangeError);
  });
});

test('uncertain points are of what was drawn', () => {
  const [logits, candidates] = [new Float32Array(4), new Float32Array(8)];
  const of =
    (masks: number, keep: number, places = candidates) =>
    () =>
      uncertainPoints(logits, places, new Float32Array(4), { masks, keep });
  for (const keep of [5, 1.5, -1, Number.NaN]) expect(of(1, keep)).toThrow('of 0 to 4 as keep');
  expect(of(2, 3)).toThrow('of 0 to 2 as keep');
  expect(of(3, 1)).toThrow(ShapeError);
  expect(of(1, 1, new Float32Array(6))).toThrow('expected 8 numbers as candidates, got 6');
});

test('a map of distances has the size of its mask', () => {
  expect(() => signedDistances([0, 1, 0], 2, 2)).toThrow(ShapeError);
  for (const side of [1.5, -1, Number.NaN]) expect(() => signedDistances([0, 1], side, 2)).toThrow('as height');
});
