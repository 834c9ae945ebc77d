import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { ShapeError } from '../src/errors.ts';
import { adamStep } from '../src/kernels/adam-step/adam-step.ts';
import { attention } from '../src/kernels/attention/attention.ts';
import { classCrossEntropy } from '../src/kernels/class-cross-entropy/class-cross-entropy.ts';
import { conv2d } from '../src/kernels/conv2d/conv2d.ts';
import { deformableSampling } from '../src/kernels/deformable-sampling/deformable-sampling.ts';
import { offsetSampling } from '../src/kernels/deformable-sampling/offset-sampling.ts';
import { groupNorm } from '../src/kernels/group-norm/group-norm.ts';
import { layerNorm } from '../src/kernels/layer-norm/layer-norm.ts';
import { linear } from '../src/kernels/linear/linear.ts';
import { maskCrossEntropy } from '../src/kernels/mask-terms/mask-terms.ts';
import { maxPool } from '../src/kernels/max-pool/max-pool.ts';
import { mix } from '../src/kernels/mix/mix.ts';
import { momentumStep } from '../src/kernels/momentum-step/momentum-step.ts';
import { reluGradient } from '../src/kernels/relu-gradient/relu-gradient.ts';
import { sumNorm } from '../src/kernels/sum-norm/sum-norm.ts';
import { sumRows } from '../src/kernels/sum-rows/sum-rows.ts';

/** Ones of a shape, of whatever rank. */
// biome-ignore lint/suspicious/noExplicitAny: shapes that the types refuse too
const ones = (...shape: number[]): any => tf.ones(shape);

const ADAM = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, clipNorm: 1, decay: 0, rate: 1, rootScale: 1 };
const MOMENTUM = { mu: 0.9, decay: 0, rate: 1, clipNorm: 1 };
const moments = () => ({ first: ones(8), second: ones(8), norm: ones() });
/** A map and vectors of a norm of so many channels. */
const normed = (channels: number) => ({ gain: ones(channels), bias: ones(channels) });
const LEVELS: [number, number][] = [[2, 2], [1, 1]]; // biome-ignore format: one level each

const WRONG: [string, () => unknown, string][] = [
  ['a weight of other rows', () => linear(ones(1, 3), ones(2, 4)), 'linear: expected weight [in=3, out], got [2, 4]'],
  ['a short bias', () => linear(ones(1, 3), ones(3, 4), ones(2)), 'linear: expected bias [out=4], got [2]'],
  ['a bias of rank two', () => linear(ones(1, 3), ones(3, 4), ones(1, 4)), 'linear: expected bias [out=4]'],
  [
    'other channels',
    () => conv2d(ones(1, 5, 5, 3), ones(3, 3, 4, 2)),
    'conv2d: expected x [B, H, W, 4], got [1, 5, 5, 3]',
  ],
  [
    'channels of two groups',
    () => conv2d(ones(1, 5, 5, 3), ones(3, 3, 2, 2), { groups: 2 }),
    'conv2d: expected x [B, H, W, 4]',
  ],
  [
    'a map without a batch',
    () => conv2d(ones(5, 5, 3), ones(3, 3, 3, 2)),
    'conv2d: expected x [B, H, W, 3], got [5, 5, 3]',
  ],
  [
    'a short bias of channels',
    () => conv2d(ones(1, 5, 5, 3), ones(3, 3, 3, 4), { bias: ones(2) }),
    'conv2d: expected bias [out=4], got [2]',
  ],
  [
    'short factors of channels',
    () => conv2d(ones(1, 5, 5, 3), ones(3, 3, 3, 4), { scale: ones(1) }),
    'conv2d: expected scale [out=4], got [1]',
  ],
  [
    'a map of one pixel that is added',
    () => conv2d(ones(1, 5, 5, 3), ones(3, 3, 3, 4), { added: ones(1, 1, 1, 4) }),
    'conv2d: expected added [1, 3, 3, 4], got [1, 1, 1, 4]',
  ],
  [
    'a filter larger than the map',
    () => conv2d(ones(1, 2, 5, 3), ones(3, 3, 3, 4)),
    'conv2d: expected a window of 3 × 3 within the map and its padding, got a map [1, 2, 5, 3]',
  ],
  [
    'a dilated filter larger than the map',
    () => conv2d(ones(1, 5, 4, 3), ones(3, 3, 3, 4), { dilation: 2 }),
    'conv2d: expected a window of 3 × 3',
  ],
  [
    'a strided filter larger than the map',
    () => conv2d(ones(1, 2, 2, 3), ones(3, 3, 3, 4), { strides: 3 }),
    'conv2d: expected a window of 3 × 3',
  ],
  [
    'a pool larger than the map',
    () => maxPool(ones(1, 1, 1, 4), { size: 3 }),
    'maxPool: expected a window of 3 × 3 within the map and its padding, got a map [1, 1, 1, 4]',
  ],
  [
    'a pool higher than the map',
    () => maxPool(ones(1, 1, 5, 4), { size: 3, strides: 1 }),
    'maxPool: expected a window of 3 × 3',
  ],
  [
    'keys of one image',
    () => attention(ones(2, 1, 1, 4), ones(1, 2, 1, 4), ones(1, 2, 1, 4)),
    'attention: expected key [B=2, L, h=1, d=4], got [1, 2, 1, 4]',
  ],
  [
    'values of fewer tokens',
    () => attention(ones(1, 2, 1, 4), ones(1, 3, 1, 4), ones(1, 2, 1, 4)),
    'attention: expected value [B=1, L=3, h=1, d=4], got [1, 2, 1, 4]',
  ],
  [
    'a bias of fewer images',
    () => attention(ones(4, 2, 1, 4), ones(4, 3, 1, 4), ones(4, 3, 1, 4), ones(2, 2, 3)),
    'attention: expected bias [1|B=4, 1|N=2, 1|L=3], got [2, 2, 3]',
  ],
  [
    'a bias of fewer heads',
    () => attention(ones(1, 2, 4, 4), ones(1, 3, 4, 4), ones(1, 3, 4, 4), ones(1, 2, 2, 3)),
    'attention: expected bias',
  ],
  [
    'a layer norm of other channels',
    () => layerNorm(ones(3, 8), ones(4), ones(4), 1e-5),
    'layerNorm: expected gain [C=8], got [4]',
  ],
  [
    'a layer norm of a short bias',
    () => layerNorm(ones(3, 8), ones(8), ones(4), 1e-5),
    'layerNorm: expected bias [C=8], got [4]',
  ],
  [
    'a branch of one row',
    () => sumNorm({ x: ones(3, 8), branch: ones(1, 8), ...normed(8) }, 1e-5),
    'sumNorm: expected branch [3, C=8], got [1, 8]',
  ],
  [
    'a group norm of other channels',
    () => groupNorm(ones(1, 2, 2, 8), ones(16), ones(16), { groups: 2, epsilon: 1e-5 }),
    'groupNorm: expected gain [C=8], got [16]',
  ],
  [
    'three groups of eight channels',
    () => groupNorm(ones(1, 2, 2, 8), ones(8), ones(8), { groups: 3, epsilon: 1e-5 }),
    'groupNorm: expected channels in 3 groups, got [1, 2, 2, 8]',
  ],
  [
    'a short gradient of Adam',
    () => adamStep({ parameter: ones(8), gradient: ones(2), ...moments() }, ADAM),
    'adamStep: expected gradient [8], got [2]',
  ],
  [
    'a norm of each gradient',
    () => adamStep({ parameter: ones(8), gradient: ones(8), ...moments(), norm: ones(8) }, ADAM),
    'adamStep: expected norm [], got [8]',
  ],
  [
    'a short momentum',
    () => momentumStep({ parameter: ones(8), gradient: ones(8), momentum: ones(1), norm: ones() }, MOMENTUM),
    'momentumStep: expected momentum [8], got [1]',
  ],
  ['a mix of two shapes', () => mix(ones(2, 8), ones(8), 0.5), 'mix: expected to [2, 8], got [8]'],
  ['a gradient of another shape', () => reluGradient(ones(2), ones(8)), 'reluGradient: expected y [2], got [8]'],
  ['rows that are cut', () => sumRows(ones(3, 8), 7), 'sumRows: expected x [..., 7], got [3, 8]'],
  [
    'samples of too few tokens',
    () => deformableSampling(ones(1, 4, 2, 4), ones(1, 3, 2, 2, 1, 2), ones(1, 3, 2, 2, 1), LEVELS),
    'deformableSampling: expected value [B, 5, M, D], got [1, 4, 2, 4]',
  ],
  [
    'samples with fewer weights',
    () => deformableSampling(ones(1, 5, 2, 4), ones(1, 3, 2, 2, 1, 2), ones(1, 3, 1, 2, 1), LEVELS),
    'deformableSampling: expected weights [B=1, Q=3, M=2, 2, P=1]',
  ],
  [
    'samples of fewer levels',
    () => deformableSampling(ones(1, 5, 2, 4), ones(1, 3, 2, 1, 1, 2), ones(1, 3, 2, 1, 1), LEVELS),
    'deformableSampling: expected locations [B=1, Q, M=2, 2, P, 2], got [1, 3, 2, 1, 1, 2]',
  ],
  [
    'offsets from too few tokens',
    () =>
      offsetSampling(
        { value: ones(1, 4, 2, 4), offsets: ones(1, 3, 8), logits: ones(1, 3, 4), reference: ones(1, 3, 1, 2) },
        LEVELS,
      ),
    'offsetSampling: expected value [B, 5, M, D], got [1, 4, 2, 4]',
  ],
  [
    'offsets of fewer references',
    () =>
      offsetSampling(
        { value: ones(1, 5, 2, 4), offsets: ones(1, 3, 8), logits: ones(1, 3, 4), reference: ones(1, 2, 1, 2) },
        LEVELS,
      ),
    'offsetSampling: expected reference [1|B=1, Q=3, 1|2, point], got [1, 2, 1, 2]',
  ],
  [
    'labels of one row',
    () => classCrossEntropy(ones(3, 4), tf.zeros([1], 'int32'), 0.1),
    'classCrossEntropy: expected labels [M=3], got [1]',
  ],
  [
    'one target for all masks',
    () => maskCrossEntropy(ones(3, 4), ones(1, 4)),
    'maskCrossEntropy: expected targets [M=3, P=4], got [1, 4]',
  ],
];

onEveryBackend('shapes that do not fit', () => {
  test.each(WRONG)('%s: an error names the op', (_, run, message) => {
    const before = tf.memory().numDataBuffers;
    tf.tidy(() => {
      expect(run).toThrow(ShapeError);
      expect(run).toThrow(message);
    });
    expect(tf.memory().numDataBuffers).toBe(before);
  });
});
