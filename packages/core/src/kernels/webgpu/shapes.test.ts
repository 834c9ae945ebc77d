import { onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { ShapeError } from '../../errors.ts';
import { bringBodies, defineKernel } from '../define-kernel.ts';
import type { Inputs } from '../fused-linear/types.ts';
import { WEBGPU_BODIES } from './bodies.ts';
import { WEBGPU_SHAPES } from './shapes.ts';

test('every list of shapes is of a kernel with a body', () => {
  expect(Object.keys(WEBGPU_SHAPES).filter((name) => WEBGPU_BODIES[name] === undefined)).toEqual([]);
});

onEveryBackend(
  'shapes that a backend brings',
  () => {
    test('a kernel of theirs is held to them', () => {
      const kernel = defineKernel<Inputs, Record<string, never>>({
        name: 'SegTested',
        reference: ({ x }) => tf.clone(x),
        gradient: 'none',
      });
      const given = { x: tf.ones([5, 3]), weight: tf.ones([3, 4]), bias: tf.ones([4]) };
      bringBodies('cpu', {}, { SegTested: WEBGPU_SHAPES.SegFusedLinear! });
      expect((kernel(given, {}) as tf.Tensor).shape).toEqual([5, 3]);
      const message = 'tested: expected residual [M=5, out=4], got [1, 4]';
      expect(() => kernel({ ...given, residual: tf.ones([1, 4]) }, {})).toThrow(new ShapeError(message));
      bringBodies('cpu', {});
    });
  },
  { only: ['cpu'] },
);
