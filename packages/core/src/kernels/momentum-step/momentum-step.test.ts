import * as tf from '@tensorflow/tfjs-core';

import { type BodyCase, checkBodies, random } from '../../../test/kernel-checks.ts';
import { momentumStep, momentumStepReference } from './momentum-step.ts';

function stepCase(title: string, clipNorm: number): BodyCase {
  return {
    title: `momentumStep ${title}`,
    run: () => {
      const [parameter, gradient, momentum] = [1, 2, 3].map((seed) => random([7, 19], seed));
      const inputs = { parameter: parameter!, gradient: gradient!, momentum: momentum!, norm: tf.scalar(2.5) };
      const step = { mu: 0.9, decay: 0.01, rate: 0.3, clipNorm };
      return { fast: momentumStep(inputs, step), plain: momentumStepReference(inputs, step) };
    },
  };
}

checkBodies([
  stepCase('of a gradient beyond the bound', 0.5),
  stepCase('of a gradient within the bound', 3),
  stepCase('without bound', Number.POSITIVE_INFINITY),
]);
