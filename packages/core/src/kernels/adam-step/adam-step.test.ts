import { expectClose, onEveryBackend } from '@seg/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';

import { type BodyCase, checkBodies, random } from '../../../test/kernel-checks.ts';
import { adamStep, adamStepReference } from './adam-step.ts';
import type { AdamStep } from './types.ts';

const STEP: AdamStep = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, clipNorm: 0.5, decay: 0.01, rate: 0.3, rootScale: 7 };

function stepCase(title: string, changed: Partial<AdamStep>): BodyCase {
  return {
    title: `adamStep ${title}`,
    run: () => {
      const [parameter, gradient, first] = [1, 2, 3].map((seed) => random([7, 19], seed));
      const inputs = {
        ...{ parameter: parameter!, gradient: gradient!, first: first! },
        ...{ second: tf.square(random([7, 19], 4)), norm: tf.scalar(2.5) },
      };
      const step = { ...STEP, ...changed };
      return { fast: adamStep(inputs, step), plain: adamStepReference(inputs, step) };
    },
    tolerance: 1e-5,
  };
}

checkBodies([
  stepCase('of a gradient beyond the bound', {}),
  stepCase('of a gradient within the bound', { clipNorm: 3 }),
  stepCase('without bound and decay', { clipNorm: Number.POSITIVE_INFINITY, decay: 0 }),
  stepCase('without the second moment', { rootScale: null }),
]);

onEveryBackend('adamStep of moments that are not read again', () => {
  test('takes the same step, leaves clones as they are, and leaks nothing', async () => {
    const variables = [1, 2, 3].map((seed) => tf.variable(tf.square(random([7, 19], seed))));
    const [parameter, first, second] = variables as [tf.Variable, tf.Variable, tf.Variable];
    const [gradient, norm, copy] = [random([7, 19], 4), tf.scalar(2.5), tf.clone(second)];
    const unchanged = await copy.data();
    const tensors = tf.memory().numTensors;
    for (let i = 0; i < 3; i++) {
      const inputs = { parameter, gradient, first, second, norm };
      const expected = tf.tidy(() => adamStepReference(inputs, STEP));
      tf.tidy(() => {
        const results = adamStep(inputs, STEP, { spendsMoments: true });
        for (const [k, variable] of variables.entries()) variable.assign(results[k]!);
      });
      for (const [k, variable] of variables.entries()) {
        await expectClose(variable, [...(await expected[k]!.data())], { relative: 1e-5, absolute: 1e-5 });
      }
      tf.dispose(expected);
    }
    expect(tf.memory().numTensors).toBe(tensors);
    expect(await copy.data()).toEqual(unchanged);
    tf.dispose([...variables, gradient, norm, copy]);
  });
});
