import * as tf from '@tensorflow/tfjs-core';

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
